using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using RoboPerception.Messaging;

namespace RoboPerception.Node.Remote;

/// <summary>The answer to a request.</summary>
/// <param name="IsOk">The request was fulfilled.</param>
/// <param name="Payload">JSON <c>{"ok":true,...}</c> or <c>{"ok":false,"reason":"..."}</c>, or what was asked for in another form.</param>
/// <param name="ContentType">Which form.</param>
internal sealed record RemoteAnswer(bool IsOk, byte[] Payload, string ContentType = ContentTypes.Json)
{
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The request was fulfilled.</summary>
    public static RemoteAnswer Ok(params (string Name, JsonNode? Value)[] facts) => Of(true, facts);

    /// <summary>It was not.</summary>
    public static RemoteAnswer Refused(string reason) => Of(false, ("reason", reason));

    private static RemoteAnswer Of(bool isOk, params (string Name, JsonNode? Value)[] facts)
    {
        var document = new JsonObject { ["ok"] = isOk };
        foreach ((string name, JsonNode? value) in facts)
        {
            document[name] = value;
        }
        return new RemoteAnswer(isOk, System.Text.Encoding.UTF8.GetBytes(document.ToJsonString(Json)));
    }
}
