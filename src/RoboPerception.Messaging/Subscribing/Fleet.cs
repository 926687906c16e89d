using System.Buffers;
using System.Collections.Concurrent;
using System.Text.Json;
using MQTTnet;
using MQTTnet.Protocol;
using RoboPerception.Core;

namespace RoboPerception.Messaging;

/// <summary>
/// Every node of one prefix on one broker, by what it publishes about itself: no list of nodes is needed. Frames are not received.
/// </summary>
public sealed class Fleet : IAsyncDisposable
{
    // A name is remote input; a broker full of invented nodes must not fill our memory.
    private const int MostNodes = 4096;

    private readonly MqttConnection connection;
    private readonly string prefix;
    private readonly ConcurrentDictionary<string, FleetNode> nodes = new(StringComparer.Ordinal);
    private long damaged;

    /// <summary>A look that is not connected yet.</summary>
    /// <param name="options">The broker.</param>
    /// <param name="prefix">First part of every topic.</param>
    /// <exception cref="UserErrorException">The prefix or the options are not valid.</exception>
    public Fleet(MqttConnectionOptions options, string prefix = Topics.DefaultPrefix)
    {
        // Checks the prefix.
        _ = new Topics(prefix, "any");
        this.prefix = prefix;
        connection = new MqttConnection(options);
        connection.MessageReceived += OnMessage;
        foreach (string document in (string[])["status", "description", "health", "metrics"])
        {
            connection.Subscribe($"{prefix}/v1/+/{document}", MqttQualityOfServiceLevel.AtMostOnce);
        }
    }

    /// <summary>The nodes heard of so far, by name.</summary>
    public IReadOnlyList<FleetNode> Nodes => [.. nodes.Values.OrderBy(n => n.Name, StringComparer.Ordinal)];

    /// <summary>Messages that were no documents of ours.</summary>
    public long Damaged => Interlocked.Read(ref damaged);

    /// <summary>True while the broker is there.</summary>
    public bool IsConnected => connection.IsConnected;

    /// <summary>Connects (see <see cref="MqttConnection.StartAsync"/>).</summary>
    /// <exception cref="UserErrorException">The broker refused us, or is away and <see cref="MqttConnectionOptions.FailFast"/> is set.</exception>
    public Task StartAsync(CancellationToken cancellationToken = default) => connection.StartAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => connection.DisposeAsync();

    private void OnMessage(MqttApplicationMessage message)
    {
        string[] parts = message.Topic[(prefix.Length + 1)..].Split('/');
        if (parts is not ["v1", var name, var document])
        {
            return;
        }
        if (message.Payload.IsEmpty)
        {
            // A retained topic that somebody cleared: the node was taken out of service.
            if (document is "status" or "description")
            {
                nodes.TryRemove(name, out _);
            }
            return;
        }
        try
        {
            byte[] json = message.Payload.ToArray();
            FleetNode node = nodes.TryGetValue(name, out FleetNode? known) ? known : new FleetNode(name);
            node = document switch
            {
                "status" => node with { Status = MessageJson.Read<StatusDocument>(json) },
                "description" => node with { Description = MessageJson.Read<DescriptionDocument>(json) },
                "health" => node with { Health = MessageJson.Read<HealthDocument>(json) },
                _ => node with { Metrics = MessageJson.Read<MetricsDocument>(json), MetricsAt = Environment.TickCount64 },
            };
            if (known is not null || nodes.Count < MostNodes)
            {
                nodes[name] = node;
            }
        }
        catch (JsonException)
        {
            Interlocked.Increment(ref damaged);
        }
    }
}

/// <summary>What one node has said of itself last; null until it has.</summary>
/// <param name="Name">Its id.</param>
public sealed record FleetNode(string Name)
{
    /// <summary>How long a node that publishes once a second may be silent before its figures are old.</summary>
    public const int SilentMilliseconds = 3500;

    /// <summary>Its state.</summary>
    public StatusDocument? Status { get; init; }

    /// <summary>What it is.</summary>
    public DescriptionDocument? Description { get; init; }

    /// <summary>How its parts are.</summary>
    public HealthDocument? Health { get; init; }

    /// <summary>Its figures.</summary>
    public MetricsDocument? Metrics { get; init; }

    /// <summary>When they came, <see cref="Environment.TickCount64"/> milliseconds: by our clock, whatever the node's says.</summary>
    public long MetricsAt { get; init; }

    /// <summary>True if the figures are of now.</summary>
    public bool IsFresh => Metrics is not null && Environment.TickCount64 - MetricsAt < SilentMilliseconds;
}
