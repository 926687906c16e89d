using System.Buffers;
using System.Collections.Concurrent;
using MQTTnet;

namespace RoboPerception.EndToEnd.Tests;

/// <summary>A plain MQTT client that keeps everything it receives: what somebody else's program would see.</summary>
internal sealed class Collector : IAsyncDisposable
{
    private readonly IMqttClient client = new MqttClientFactory().CreateMqttClient();
    private readonly ConcurrentQueue<Received> messages = new();

    /// <summary>A message as it came.</summary>
    public sealed record Received(string Topic, byte[] Payload, bool Retain, string? ContentType, long At);

    /// <summary>Everything so far, in order.</summary>
    public IReadOnlyList<Received> All => [.. messages];

    public static async Task<Collector> ConnectAsync(int port, string filter = "#", string? user = null, string? password = null)
    {
        var collector = new Collector();
        collector.client.ApplicationMessageReceivedAsync += args =>
        {
            MqttApplicationMessage m = args.ApplicationMessage;
            collector.messages.Enqueue(new Received(m.Topic, m.Payload.ToArray(), m.Retain, m.ContentType, Environment.TickCount64));
            return Task.CompletedTask;
        };
        MqttClientOptionsBuilder options = new MqttClientOptionsBuilder().WithTcpServer("127.0.0.1", port).WithClientId($"collector-{Guid.NewGuid():N}");
        await collector.client.ConnectAsync((user is null ? options : options.WithCredentials(user, password)).Build(), CancellationToken.None);
        await collector.client.SubscribeAsync(new MqttClientSubscribeOptionsBuilder().WithTopicFilter(filter).Build(), CancellationToken.None);
        return collector;
    }

    /// <summary>The payloads of topics that end so.</summary>
    public IReadOnlyList<Received> Of(string ending) => [.. messages.Where(m => m.Topic.EndsWith(ending, StringComparison.Ordinal))];

    /// <summary>Waits until a condition holds over what was received.</summary>
    public async Task WaitUntilAsync(Func<IReadOnlyList<Received>, bool> condition, string what)
    {
        long deadline = Environment.TickCount64 + 60_000;
        while (!condition(All))
        {
            if (Environment.TickCount64 > deadline)
            {
                string seen = string.Join("\n", messages.GroupBy(m => m.Topic).Select(g => $"{g.Key}: {g.Count()}"));
                Assert.Fail($"did not happen: {what}; received:\n{seen}");
            }
            await Task.Delay(10);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await client.TryDisconnectAsync();
        client.Dispose();
    }
}
