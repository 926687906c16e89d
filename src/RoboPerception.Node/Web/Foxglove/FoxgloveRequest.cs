using System.Text.Json;

namespace RoboPerception.Node.Web.Foxglove;

/// <summary>A request to send a channel's messages under a number of the client's choice.</summary>
internal readonly record struct SubscriptionRequest(uint Id, long Channel);

/// <summary>What a client asked for: to subscribe, to unsubscribe, or something that is refused.</summary>
/// <param name="Subscribe">Subscriptions to begin.</param>
/// <param name="Unsubscribe">Numbers of subscriptions to end.</param>
/// <param name="Refusal">Why nothing is done; null if something is.</param>
internal sealed record FoxgloveRequest(IReadOnlyList<SubscriptionRequest> Subscribe, IReadOnlyList<uint> Unsubscribe, string? Refusal)
{
    private static readonly Dictionary<string, string> Capabilities = new()
    {
        ["advertise"] = "clientPublish",
        ["unadvertise"] = "clientPublish",
        ["getParameters"] = "parameters",
        ["setParameters"] = "parameters",
        ["subscribeParameterUpdates"] = "parametersSubscribe",
        ["unsubscribeParameterUpdates"] = "parametersSubscribe",
        ["subscribeConnectionGraph"] = "connectionGraph",
        ["unsubscribeConnectionGraph"] = "connectionGraph",
        ["fetchAsset"] = "assets",
    };

    /// <summary>Reads a text frame. What cannot be read is refused in words, never thrown.</summary>
    public static FoxgloveRequest Read(ReadOnlyMemory<byte> text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            JsonElement root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("op", out JsonElement op) || op.ValueKind != JsonValueKind.String)
            {
                return Refuse("a request is a JSON object with an \"op\"");
            }
            string name = op.GetString()!;
            return name switch
            {
                "subscribe" => ReadSubscribe(root),
                "unsubscribe" => ReadUnsubscribe(root),
                _ when Capabilities.TryGetValue(name, out string? capability) => Refuse($"\"{name}\" needs the capability {capability}, which this node does not have"),
                _ => Refuse($"unknown op \"{Shorten(name)}\": this node knows subscribe and unsubscribe"),
            };
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: text that is not valid UTF-16 when it is unescaped.
            return Refuse("a request that is not JSON");
        }
    }

    private static FoxgloveRequest ReadSubscribe(JsonElement root)
    {
        if (!root.TryGetProperty("subscriptions", out JsonElement list) || list.ValueKind != JsonValueKind.Array)
        {
            return Refuse("\"subscribe\" needs \"subscriptions\": [{\"id\": N, \"channelId\": N}]");
        }
        List<SubscriptionRequest> asked = [];
        foreach (JsonElement item in list.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Object || !TryRead(item, "id", out uint id) || !TryRead(item, "channelId", out uint channel))
            {
                return Refuse("\"subscribe\" with a subscription that has no \"id\" and \"channelId\" between 0 and 4294967295");
            }
            asked.Add(new SubscriptionRequest(id, channel));
        }
        return new FoxgloveRequest(asked, [], null);
    }

    private static FoxgloveRequest ReadUnsubscribe(JsonElement root)
    {
        if (!root.TryGetProperty("subscriptionIds", out JsonElement list) || list.ValueKind != JsonValueKind.Array)
        {
            return Refuse("\"unsubscribe\" needs \"subscriptionIds\": [N]");
        }
        List<uint> asked = [];
        foreach (JsonElement item in list.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Number || !item.TryGetUInt32(out uint id))
            {
                return Refuse("\"unsubscribe\" with something that is no number of a subscription");
            }
            asked.Add(id);
        }
        return new FoxgloveRequest([], asked, null);
    }

    private static bool TryRead(JsonElement from, string name, out uint number)
    {
        number = 0;
        return from.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number && value.TryGetUInt32(out number);
    }

    private static FoxgloveRequest Refuse(string why) => new([], [], why);

    private static string Shorten(string name) => name.Length <= 40 ? name : $"{name[..40]}...";
}
