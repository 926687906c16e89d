using System.Text.Json.Serialization;

namespace RoboPerception.Node.Web.Foxglove;

/// <summary>What the server says of itself, first of all.</summary>
internal sealed record ServerInfo(string Name, IReadOnlyList<string> Capabilities, IReadOnlyDictionary<string, string> Metadata, string SessionId)
{
    /// <summary>Always this.</summary>
    public string Op { get; } = "serverInfo";
}

/// <summary>The channels there are.</summary>
internal sealed record Advertise(IReadOnlyList<ChannelDescription> Channels)
{
    /// <summary>Always this.</summary>
    public string Op { get; } = "advertise";
}

/// <summary>A channel; the schema is base64 where its encoding is a binary one.</summary>
internal sealed record ChannelDescription(int Id, string Topic, string Encoding, string SchemaName, string Schema, string SchemaEncoding);

/// <summary>Something that a person in front of the viewer should read. Level: 0 information, 1 warning, 2 error.</summary>
internal sealed record StatusMessage(int Level, string Message)
{
    /// <summary>Always this.</summary>
    public string Op { get; } = "status";

    /// <summary>Something that did not work, and nothing else suffers from it.</summary>
    public static StatusMessage Warning(string message) => new(1, message);

    /// <summary>A request that no client should make.</summary>
    public static StatusMessage Error(string message) => new(2, message);
}

/// <summary>Generated writers: no reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DictionaryKeyPolicy = JsonKnownNamingPolicy.Unspecified)]
[JsonSerializable(typeof(ServerInfo))]
[JsonSerializable(typeof(Advertise))]
[JsonSerializable(typeof(StatusMessage))]
internal sealed partial class FoxgloveJson : JsonSerializerContext;
