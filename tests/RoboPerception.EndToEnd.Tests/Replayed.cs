using RoboPerception.Messaging;

namespace RoboPerception.EndToEnd.Tests;

/// <summary>What the real program publishes over a real broker for a recording or a scene, from the first message to the farewell.</summary>
internal static class Replayed
{
    public static readonly Topics Topics = new("roboperception", "e2e");

    public static async Task<IReadOnlyList<Collector.Received>> RunAsync(string model, string source, params string[] more)
    {
        using LocalBroker broker = LocalBroker.Start();
        await using Collector collector = await Collector.ConnectAsync(broker.Address.Port);
        using NodeProcess node = NodeProcess.Start(["replay", source, "--model", model, "--providers", "cpu", "--node", "e2e", "--broker", broker.Address.ToString(), .. more]);
        int code = node.WaitForExit();
        Assert.True(code == 0, node.Errors);
        await collector.WaitUntilAsync(all => all.Any(m => m.Topic == Topics.Status && m.Payload.AsSpan().IndexOf("stopped"u8) >= 0), "the farewell");
        return collector.All;
    }

    /// <summary>The payloads of a topic in order.</summary>
    public static List<byte[]> Of(this IReadOnlyList<Collector.Received> received, string topic) => [.. received.Where(m => m.Topic == topic).Select(m => m.Payload)];
}
