using System.Buffers;
using System.Collections.Concurrent;
using System.Diagnostics;
using MQTTnet;
using RoboPerception.Core;
using RoboPerception.Messaging;

namespace RoboPerception.Benchmarks.Faults;

/// <summary>
/// Somebody else's client, on the broker's side of every fault: notes when which frame came, and is back within hundredths of a second
/// once the broker is. All of it is over plain MQTT.
/// </summary>
internal sealed class FaultObserver : IAsyncDisposable
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan AttemptLimit = TimeSpan.FromSeconds(2);

    private readonly IMqttClient client = new MqttClientFactory().CreateMqttClient();
    private readonly BrokerAddress broker;
    private readonly CancellationTokenSource stopping = new();
    private readonly ConcurrentQueue<Arrival> arrivals = new();
    private readonly Task connecting;
    private volatile MetricsDocument? metrics;

    public FaultObserver(BrokerAddress broker)
    {
        this.broker = broker;
        client.ApplicationMessageReceivedAsync += args =>
        {
            Note(args.ApplicationMessage);
            return Task.CompletedTask;
        };
        connecting = Task.Run(ConnectAsync);
    }

    /// <summary>A frame that came.</summary>
    /// <param name="At">When, <see cref="Stopwatch"/> ticks.</param>
    /// <param name="Sequence">Its number.</param>
    /// <param name="Acquired">Its acquisition stamp, nanoseconds since the UNIX epoch.</param>
    /// <param name="Age">Its age when it came.</param>
    public sealed record Arrival(long At, ulong Sequence, long Acquired, TimeSpan Age);

    /// <summary>All frames so far.</summary>
    public IReadOnlyList<Arrival> Arrivals => [.. arrivals];

    /// <summary>The last frame.</summary>
    public Arrival? Last => arrivals.LastOrDefault();

    /// <summary>What the node counted last.</summary>
    public MetricsDocument? Metrics => metrics;

    /// <summary>The first frame that was taken after a moment; null if none came in time.</summary>
    /// <param name="acquiredAfter">Nanoseconds since the UNIX epoch.</param>
    /// <param name="patience">How long to wait.</param>
    public async Task<Arrival?> NextAsync(long acquiredAfter, TimeSpan patience)
    {
        long started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < patience)
        {
            if (arrivals.Reverse().TakeWhile(a => a.Acquired > acquiredAfter).LastOrDefault() is { } first)
            {
                return first;
            }
            await Task.Delay(1);
        }
        return null;
    }

    /// <summary>Which retained topics of the node somebody who comes now does not get within two seconds; a status that says <c>lost</c> counts as missing.</summary>
    public async Task<IReadOnlyList<string>> MissingRetainedAsync()
    {
        var wanted = new ConcurrentDictionary<string, bool>(new[]
        {
            FaultNode.Topics.Status, FaultNode.Topics.Description, FaultNode.Topics.CameraInfo(FaultNode.Camera), FaultNode.Topics.Labels(FaultNode.Camera),
        }.Select(t => KeyValuePair.Create(t, true)));
        using IMqttClient late = new MqttClientFactory().CreateMqttClient();
        late.ApplicationMessageReceivedAsync += args =>
        {
            MqttApplicationMessage message = args.ApplicationMessage;
            bool isLost = message.Topic == FaultNode.Topics.Status && MessageJson.Read<StatusDocument>(message.Payload.ToArray()).State == NodeStates.Lost;
            if (!isLost)
            {
                wanted.TryRemove(message.Topic, out _);
            }
            return Task.CompletedTask;
        };
        await late.ConnectAsync(Options("faults-late"));
        await late.SubscribeAsync($"{FaultNode.Topics.Root}/#");
        long started = Stopwatch.GetTimestamp();
        while (!wanted.IsEmpty && Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(2))
        {
            await Task.Delay(5);
        }
        await late.TryDisconnectAsync();
        return [.. wanted.Keys];
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await connecting;
        await client.TryDisconnectAsync();
        client.Dispose();
        stopping.Dispose();
    }

    private MqttClientOptions Options(string id) => new MqttClientOptionsBuilder().WithTcpServer(broker.Host, broker.Port).WithClientId(id).WithTimeout(AttemptLimit).Build();

    private void Note(MqttApplicationMessage message)
    {
        if (message.Topic == FaultNode.Topics.Metrics)
        {
            metrics = MessageJson.Read<MetricsDocument>(message.Payload.ToArray());
        }
        else if (message.Topic == FaultNode.Topics.Output(FaultNode.Camera, OutputKind.Depth))
        {
            FrameHeader header = PayloadDecoder.ReadHeader(message.Payload.ToArray());
            arrivals.Enqueue(new Arrival(Stopwatch.GetTimestamp(), header.Sequence, header.AcquisitionStamp, TimeSpan.FromTicks((UnixClock.Wall - header.AcquisitionStamp) / 100)));
        }
    }

    private async Task ConnectAsync()
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                if (!client.IsConnected)
                {
                    await client.ConnectAsync(Options("faults-observer"), stopping.Token);
                    await client.SubscribeAsync($"{FaultNode.Topics.Root}/#", cancellationToken: stopping.Token);
                }
                await Task.Delay(Poll, stopping.Token);
            }
            catch (Exception)
            {
                // The broker is away: that is what this is about. Or all is over.
                await Task.Delay(Poll);
            }
        }
    }
}
