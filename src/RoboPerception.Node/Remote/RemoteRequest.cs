using System.Text.Json;

namespace RoboPerception.Node.Remote;

/// <summary>What was asked for: a flat JSON object, read as strictly as the configuration. Nothing at all is an empty object.</summary>
internal sealed class RemoteRequest
{
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 2, AllowDuplicateProperties = false };

    private readonly Dictionary<string, JsonElement> fields = new(StringComparer.Ordinal);

    /// <summary>Reads a request.</summary>
    /// <exception cref="RemoteRefusal">It is no JSON object, or has a field that the command does not know.</exception>
    public RemoteRequest(ReadOnlyMemory<byte> json, IReadOnlyCollection<string> known)
    {
        if (json.IsEmpty)
        {
            return;
        }
        try
        {
            using JsonDocument document = JsonDocument.Parse(json, Strict);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw new RemoteRefusal($"the request is not a JSON object such as {{{string.Join(", ", known.Take(1).Select(k => $"\"{k}\": ..."))}}}");
            }
            foreach (JsonProperty field in document.RootElement.EnumerateObject())
            {
                if (!known.Contains(field.Name))
                {
                    throw new RemoteRefusal($"unknown field '{field.Name}'; there {(known.Count == 0 ? "is none" : $"are {string.Join(", ", known)}")}");
                }
                fields[field.Name] = field.Value.Clone();
            }
        }
        catch (JsonException e)
        {
            throw new RemoteRefusal($"the request is not valid JSON: {e.Message}");
        }
    }

    /// <summary>A text; null if it is not there.</summary>
    public string? Text(string name) => fields.TryGetValue(name, out JsonElement value)
        ? value.ValueKind == JsonValueKind.String ? value.GetString() : throw new RemoteRefusal($"'{name}' must be a text")
        : null;

    /// <summary>A text that has to be there.</summary>
    public string RequiredText(string name) => Text(name) ?? throw new RemoteRefusal($"'{name}' is missing");

    /// <summary>A text or a number, as a person would write it into a configuration.</summary>
    public string RequiredScalar(string name) => fields.TryGetValue(name, out JsonElement value)
        ? value.ValueKind switch
        {
            JsonValueKind.String => value.GetString()!,
            JsonValueKind.Number => value.GetRawText(),
            _ => throw new RemoteRefusal($"'{name}' must be a number or a text"),
        }
        : throw new RemoteRefusal($"'{name}' is missing");
}
