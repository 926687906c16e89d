using System.Buffers.Binary;
using System.Text.Json;
using System.Threading.Channels;
using MQTTnet;
using RoboPerception.Core;

namespace RoboPerception.Messaging;

/// <summary>
/// What a look at a broker before the start has found, on a connection of its own: some limits are announced, others show only by
/// what comes back (mosquitto's <c>message_size_limit</c> drops silently), and the retained status tells who else uses our name.
/// </summary>
/// <param name="Limits">What it announced.</param>
/// <param name="ComesBack">False: not even a small message on the node's topic <c>probe</c> came back, so its access rules forbid writing or reading there.</param>
/// <param name="LargestBytes">Largest payload that came back, at most what was wanted; meaningless if nothing does.</param>
/// <param name="Occupant">Status of a node of the same name that is alive; null = the name is free.</param>
public sealed record BrokerSurvey(BrokerLimits Limits, bool ComesBack, int LargestBytes, StatusDocument? Occupant)
{
    private const int SmallBytes = 16;
    private const int AroundBytes = 128;
    private static readonly TimeSpan LoopLimit = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LargeLoopLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan BeatLimit = TimeSpan.FromSeconds(3);

    // A node that says "warming" for longer than this is a relic of a broker that keeps its messages over restarts.
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(15);

    /// <summary>Looks.</summary>
    /// <param name="options">The broker; without a will.</param>
    /// <param name="topics">The node's names.</param>
    /// <param name="wantedBytes">The largest payload that shall pass.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="UserErrorException">The broker cannot be reached or refused us (exit code 5).</exception>
    public static async Task<BrokerSurvey> RunAsync(MqttConnectionOptions options, Topics topics, int wantedBytes, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(topics);
        var connection = new MqttConnection(options);
        await using (connection.ConfigureAwait(false))
        {
            var loop = new Loop(connection, $"{topics.Root}/probe");
            var neighbour = new Neighbour(connection, topics);
            await connection.StartAsync(cancellationToken).ConfigureAwait(false);
            // Behind the subscriptions' retained messages: when it is back, they are here.
            bool comesBack = await loop.PassesAsync(SmallBytes, LoopLimit, cancellationToken).ConfigureAwait(false);
            int largest = comesBack ? await LargestAsync(loop, connection.Limits!, topics, wantedBytes, cancellationToken).ConfigureAwait(false) : 0;
            return new BrokerSurvey(connection.Limits!, comesBack, largest, await neighbour.FindAsync(cancellationToken).ConfigureAwait(false));
        }
    }

    /// <summary>Tells a node of the same name to stop and waits until it has. False if it still had not after ten seconds.</summary>
    public static async Task<bool> TakeOverAsync(MqttConnectionOptions options, Topics topics, string session, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(topics);
        var connection = new MqttConnection(options);
        await using (connection.ConfigureAwait(false))
        {
            var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            connection.Listen(topics.Status, json =>
            {
                if (Read<StatusDocument>(json) is { State: NodeStates.Stopped or NodeStates.Lost })
                {
                    gone.TrySetResult();
                }
            });
            await connection.StartAsync(cancellationToken).ConfigureAwait(false);
            await connection.PublishAsync(topics.TakeOver, MessageJson.Write(new StatusDocument(NodeStates.Starting, session)), cancellationToken).ConfigureAwait(false);
            return await Task.WhenAny(gone.Task, Task.Delay(LargeLoopLimit, cancellationToken)).ConfigureAwait(false) == gone.Task;
        }
    }

    private static async Task<int> LargestAsync(Loop loop, BrokerLimits limits, Topics topics, int wanted, CancellationToken cancellationToken)
    {
        int high = (int)Math.Min(wanted, (limits.MaximumPacketBytes ?? long.MaxValue) - AroundBytes - topics.Root.Length);
        if (await loop.PassesAsync(high, LargeLoopLimit, cancellationToken).ConfigureAwait(false))
        {
            return high;
        }
        int low = SmallBytes;
        while (high - low > Math.Max(SmallBytes, low / 50))
        {
            int middle = (low + high) / 2;
            if (await loop.PassesAsync(middle, LargeLoopLimit, cancellationToken).ConfigureAwait(false))
            {
                low = middle;
            }
            else
            {
                high = middle;
            }
        }
        return low;
    }

    private static T? Read<T>(byte[] json)
        where T : class
    {
        try
        {
            return json.Length > 0 ? MessageJson.Read<T>(json) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Sends messages that come back to us, each followed by a small one: when that is back first, the other was dropped.</summary>
    private sealed class Loop
    {
        private readonly Channel<int> back = Channel.CreateUnbounded<int>();
        private readonly MqttConnection connection;
        private readonly string topic;
        private int number;

        public Loop(MqttConnection connection, string topic)
        {
            (this.connection, this.topic) = (connection, topic);
            connection.Listen(topic, payload =>
            {
                if (payload.Length >= sizeof(int))
                {
                    back.Writer.TryWrite(BinaryPrimitives.ReadInt32LittleEndian(payload));
                }
            });
        }

        public async Task<bool> PassesAsync(int bytes, TimeSpan patience, CancellationToken cancellationToken)
        {
            int probe = ++number, marker = ++number;
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(patience);
            bool passed = false;
            try
            {
                await SendAsync(probe, bytes, limit.Token).ConfigureAwait(false);
                await SendAsync(marker, SmallBytes, limit.Token).ConfigureAwait(false);
                while (await back.Reader.ReadAsync(limit.Token).ConfigureAwait(false) is var arrived && arrived != marker)
                {
                    passed |= arrived == probe;
                }
            }
            catch (Exception exception) when (ConnectionLoss.Is(exception))
            {
                cancellationToken.ThrowIfCancellationRequested();
                // Thrown out by the broker, or dropped without a word.
            }
            return passed;
        }

        private Task<MqttClientPublishResult> SendAsync(int id, int bytes, CancellationToken cancellationToken)
        {
            byte[] payload = new byte[Math.Max(bytes, SmallBytes)];
            BinaryPrimitives.WriteInt32LittleEndian(payload, id);
            return connection.Client.PublishAsync(new MqttApplicationMessage { Topic = topic, Payload = new(payload) }, cancellationToken);
        }
    }

    /// <summary>Another node that uses our name.</summary>
    private sealed class Neighbour
    {
        private readonly TaskCompletionSource beat = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private volatile StatusDocument? status;

        public Neighbour(MqttConnection connection, Topics topics)
        {
            connection.Listen(topics.Status, json => status = Read<StatusDocument>(json));
            connection.Listen(topics.Health, json =>
            {
                if (Read<HealthDocument>(json)?.Session == status?.Session)
                {
                    beat.TrySetResult();
                }
            });
        }

        /// <summary>A status alone proves nothing: a broker may have kept it. A node that runs publishes its health once a second.</summary>
        public async Task<StatusDocument?> FindAsync(CancellationToken cancellationToken)
        {
            switch (status?.State)
            {
                case null or NodeStates.Stopped or NodeStates.Lost:
                    return null;
                case NodeStates.Ready or NodeStates.Degraded:
                    await Task.WhenAny(beat.Task, Task.Delay(BeatLimit, cancellationToken)).ConfigureAwait(false);
                    return beat.Task.IsCompleted ? status : null;
                default:
                    // Either clock may be wrong, and a start that lies hours ahead is as old as one that lies hours back.
                    return (DateTimeOffset.UtcNow - status.Since)?.Duration() < StartLimit ? status : null;
            }
        }
    }
}
