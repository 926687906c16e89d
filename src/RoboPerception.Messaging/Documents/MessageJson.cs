using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace RoboPerception.Messaging;

/// <summary>
/// JSON of the text topics: snake_case, UTF-8, nulls left out, times in RFC 3339. A reader ignores fields it does not know, so
/// that new ones can be added within a major version.
/// </summary>
public static class MessageJson
{
    /// <summary>Writes a document as it is published.</summary>
    public static byte[] Write<T>(T document)
        where T : class => JsonSerializer.SerializeToUtf8Bytes(document, TypeOf<T>());

    /// <summary>Reads a received document.</summary>
    /// <exception cref="JsonException">It is not the JSON of a <typeparamref name="T"/>.</exception>
    public static T Read<T>(ReadOnlySpan<byte> json)
        where T : class => JsonSerializer.Deserialize(json, TypeOf<T>()) ?? throw new JsonException($"The document is null, expected a {typeof(T).Name}.");

    private static JsonTypeInfo<T> TypeOf<T>() => (JsonTypeInfo<T>)(MessageJsonContext.Default.GetTypeInfo(typeof(T))
        ?? throw new NotSupportedException($"{typeof(T).Name} is not a message document."));
}

/// <summary>Generated readers and writers: no reflection, so that start-up on a Jetson stays short.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DictionaryKeyPolicy = JsonKnownNamingPolicy.Unspecified, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(StatusDocument))]
[JsonSerializable(typeof(DescriptionDocument))]
[JsonSerializable(typeof(HealthDocument))]
[JsonSerializable(typeof(MetricsDocument))]
[JsonSerializable(typeof(CameraInfoDocument))]
[JsonSerializable(typeof(LabelsDocument))]
internal sealed partial class MessageJsonContext : JsonSerializerContext;
