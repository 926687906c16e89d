using System.Buffers;
using System.Collections.Concurrent;
using System.Text.Json;
using MQTTnet;
using MQTTnet.Protocol;
using RoboPerception.Core;

namespace RoboPerception.Messaging;

/// <summary>
/// A C# consumer of one camera of a node. It drains the socket as fast as messages come and keeps only the newest of each output, so
/// that a consumer of any speed sees a frame that is at most one of its own periods old; what it misses is counted.
/// <example><code>
/// await using var robot = new PerceptionSubscriber(
///     new MqttConnectionOptions { Broker = BrokerAddress.Parse("mqtt://robot.local"), ClientId = "planner" },
///     new Topics("roboperception", "node-1"), "front");
/// await robot.StartAsync();
/// while (await robot.TakeAsync(OutputKind.Depth, TimeSpan.FromSeconds(5)) is { } frame)
/// {
///     float ahead = frame.Depth![frame.Height / 2 * frame.Width + frame.Width / 2]; // metres, NaN = unknown
/// }
/// </code></example>
/// </summary>
public sealed partial class PerceptionSubscriber : IAsyncDisposable
{
    private readonly MqttConnection connection;
    private readonly Topics topics;
    private readonly Dictionary<string, OutputState> outputs;
    private readonly Mailbox<SynchronisedPayloads> synchronised = new();
    private readonly FrameAssembler assembler;
    private readonly EndedSessions ended = new();
    private readonly ConcurrentDictionary<string, object> documents = new();
    private readonly string infoTopic;
    private readonly string labelsTopic;
    private readonly string bundleTopic;
    private readonly string camera;
    private uint sessionId;
    private long damaged;
    private long stale;
    private int sessions;
    private bool isBundled;

    /// <summary>A subscriber that is not connected yet.</summary>
    /// <param name="options">The broker.</param>
    /// <param name="topics">The node.</param>
    /// <param name="camera">The camera.</param>
    /// <param name="kinds">The outputs to receive; none = segmentation, depth and normals.</param>
    /// <exception cref="UserErrorException">An id or the options are not valid.</exception>
    public PerceptionSubscriber(MqttConnectionOptions options, Topics topics, string camera, params OutputKind[] kinds)
    {
        ArgumentNullException.ThrowIfNull(topics);
        ArgumentNullException.ThrowIfNull(kinds);
        this.topics = topics;
        Kinds = kinds.Length > 0 ? kinds : [OutputKind.Segmentation, OutputKind.Depth, OutputKind.Normals];
        infoTopic = topics.CameraInfo(camera);
        labelsTopic = topics.Labels(camera);
        bundleTopic = topics.Output(camera, OutputKind.Bundle);
        this.camera = camera;
        outputs = Kinds.ToDictionary(kind => topics.Output(camera, kind), kind => new OutputState(kind));
        assembler = new FrameAssembler(Kinds.Count);
        connection = new MqttConnection(options);
        connection.MessageReceived += OnMessage;
        connection.Disconnected += ClearSlots;
        // Again, because messages of the lost connection may still have been on their way to us.
        connection.Connecting += ClearSlots;
        foreach (string topic in (string[])[topics.Status, topics.Description, infoTopic, labelsTopic])
        {
            connection.Subscribe(topic, MqttQualityOfServiceLevel.AtLeastOnce);
        }
        foreach (string topic in (string[])[topics.Health, topics.Metrics, .. outputs.Keys])
        {
            connection.Subscribe(topic, MqttQualityOfServiceLevel.AtMostOnce);
        }
    }

    /// <summary>Raised on the receiving thread for every sound payload, before it goes into its slot. For recorders; must not block.</summary>
    public event Action<ReceivedPayload>? PayloadReceived;

    /// <summary>Raised when the node's status changes.</summary>
    public event Action<StatusDocument>? StatusChanged;

    /// <summary>Raised when frames of another session arrive: the node has restarted, sequence numbers begin anew.</summary>
    public event Action<uint>? SessionStarted;

    /// <summary>The outputs that are received.</summary>
    public IReadOnlyList<OutputKind> Kinds { get; }

    /// <summary>True while the broker is there. Whether the node is, says <see cref="Status"/>.</summary>
    public bool IsConnected => connection.IsConnected;

    /// <summary>The node's last status; null until one came.</summary>
    public StatusDocument? Status => Document<StatusDocument>(topics.Status);

    /// <summary>What the node is and publishes; null until it came.</summary>
    public DescriptionDocument? Description => Document<DescriptionDocument>(topics.Description);

    /// <summary>Health of the node's components; null until it came. Old news when its stamp is.</summary>
    public HealthDocument? Health => Document<HealthDocument>(topics.Health);

    /// <summary>The node's last figures; null until they came.</summary>
    public MetricsDocument? Metrics => Document<MetricsDocument>(topics.Metrics);

    /// <summary>Intrinsics of the published grid; null until they came.</summary>
    public CameraInfoDocument? CameraInfo => Document<CameraInfoDocument>(infoTopic);

    /// <summary>Classes of the segmentation; null until they came.</summary>
    public LabelsDocument? Labels => Document<LabelsDocument>(labelsTopic);

    /// <summary>Messages that were damaged and thrown away.</summary>
    public long Damaged => Interlocked.Read(ref damaged);

    /// <summary>Frames of an old session or out of order, thrown away.</summary>
    public long Stale => Interlocked.Read(ref stale);

    /// <summary>Sessions of the node seen; more than 1 means it restarted.</summary>
    public int Sessions => Volatile.Read(ref sessions);

    /// <summary>Connects, or waits for the broker in the background (see <see cref="MqttConnection.StartAsync"/>).</summary>
    /// <exception cref="UserErrorException">The broker refused us for good.</exception>
    public Task StartAsync(CancellationToken cancellationToken = default) => connection.StartAsync(cancellationToken);

    /// <summary>Messages of an output that arrived.</summary>
    public long Received(OutputKind kind) => Interlocked.Read(ref State(kind).Received);

    /// <summary>Messages of an output that a newer one replaced before they were taken.</summary>
    public long Superseded(OutputKind kind) => State(kind).Slot.Replaced;

    /// <summary>Frames of an output that never arrived, by the gaps in their sequence.</summary>
    public long Missing(OutputKind kind) => Interlocked.Read(ref State(kind).Missing);

    /// <summary>The newest frame that was not taken yet, decoded; null when none came in time.</summary>
    /// <exception cref="PayloadException">The pixels are damaged.</exception>
    public async ValueTask<DecodedFrame?> TakeAsync(OutputKind kind, TimeSpan timeout, CancellationToken cancellationToken = default) =>
        (await State(kind).Slot.TakeAsync(timeout, cancellationToken).ConfigureAwait(false))?.Decode();

    /// <summary>The newest frame as it arrived; null when none came in time.</summary>
    public ValueTask<ReceivedPayload?> TakePayloadAsync(OutputKind kind, TimeSpan timeout, CancellationToken cancellationToken = default) =>
        State(kind).Slot.TakeAsync(timeout, cancellationToken);

    /// <summary>The newest frame of which all outputs have arrived; null when none came in time.</summary>
    public ValueTask<SynchronisedPayloads?> TakeSynchronisedAsync(TimeSpan timeout, CancellationToken cancellationToken = default) =>
        synchronised.TakeAsync(timeout, cancellationToken);

    /// <summary>The newest frame with all its outputs, decoded; null when none came in time.</summary>
    /// <exception cref="PayloadException">The pixels are damaged.</exception>
    public async ValueTask<PerceptionFrame?> TakeFrameAsync(TimeSpan timeout, CancellationToken cancellationToken = default) =>
        await TakeSynchronisedAsync(timeout, cancellationToken).ConfigureAwait(false) is { } payloads ? new PerceptionFrame(Kinds, payloads) : null;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await connection.DisposeAsync().ConfigureAwait(false);
        synchronised.Dispose();
        foreach (OutputState state in outputs.Values)
        {
            state.Slot.Dispose();
        }
    }

    private T? Document<T>(string topic)
        where T : class => documents.TryGetValue(topic, out object? document) ? (T)document : null;

    private OutputState State(OutputKind kind) => outputs.Values.FirstOrDefault(s => s.Kind == kind)
        ?? throw new InvalidOperationException($"The output '{Topics.NameOf(kind)}' was not subscribed to.");

    private void OnMessage(MqttApplicationMessage message)
    {
        if (outputs.TryGetValue(message.Topic, out OutputState? state))
        {
            OnPayload(state, message);
            return;
        }
        if (message.Topic == bundleTopic)
        {
            OnBundle(message);
            return;
        }
        try
        {
            OnDocument(message);
        }
        catch (JsonException)
        {
            Interlocked.Increment(ref damaged);
        }
    }

    private void OnDocument(MqttApplicationMessage message)
    {
        if (message.Payload.IsEmpty)
        {
            documents.TryRemove(message.Topic, out _);
            return;
        }
        ReadOnlySpan<byte> json = message.Payload.IsSingleSegment ? message.Payload.FirstSpan : message.Payload.ToArray();
        string topic = message.Topic;
        if (topic == topics.Status)
        {
            OnStatus(MessageJson.Read<StatusDocument>(json));
        }
        else if (topic == topics.Description)
        {
            DescriptionDocument description = MessageJson.Read<DescriptionDocument>(json);
            documents[topic] = description;
            ChooseTopics(description);
        }
        else if (topic == topics.Health)
        {
            documents[topic] = MessageJson.Read<HealthDocument>(json);
        }
        else if (topic == topics.Metrics)
        {
            documents[topic] = MessageJson.Read<MetricsDocument>(json);
        }
        else if (topic == infoTopic)
        {
            documents[topic] = MessageJson.Read<CameraInfoDocument>(json);
        }
        else if (topic == labelsTopic)
        {
            documents[topic] = MessageJson.Read<LabelsDocument>(json);
        }
    }

    private void OnStatus(StatusDocument status)
    {
        // The will of a session that has already been followed by another says nothing about the new one.
        bool oldWill = status.State == NodeStates.Lost && Status is { } current && current.State != NodeStates.Lost && current.Session != status.Session;
        if (!oldWill)
        {
            ended.Hear(status);
            documents[topics.Status] = status;
            StatusChanged?.Invoke(status);
        }
    }

    private void OnPayload(OutputState state, MqttApplicationMessage message)
    {
        ReadOnlyMemory<byte> bytes = message.Payload.IsSingleSegment ? message.Payload.First : message.Payload.ToArray();
        FrameHeader header;
        try
        {
            header = PayloadDecoder.ReadHeader(bytes.Span);
        }
        catch (PayloadException)
        {
            Interlocked.Increment(ref damaged);
            return;
        }
        // A retained frame can only be someone's mistake, and it is stale by definition.
        if (header.Kind != state.Kind || message.Retain || !Admit(state, header))
        {
            // What a bundle has brought already may still be on its way alone.
            if (!isBundled || message.Retain)
            {
                Interlocked.Increment(ref stale);
            }
            return;
        }
        Accept(state, new ReceivedPayload(header, bytes));
    }

    private void Accept(OutputState state, ReceivedPayload payload)
    {
        Interlocked.Increment(ref state.Received);
        PayloadReceived?.Invoke(payload);
        state.Slot.Put(payload);
        if (assembler.Add(payload) is { } complete)
        {
            synchronised.Put(complete);
        }
    }

    /// <summary>False for a frame of a session that is over or one that is not newer than the last.</summary>
    private bool Admit(OutputState state, in FrameHeader header)
    {
        if (sessions == 0 || header.SessionId != sessionId)
        {
            // Not by the stamps: the clock of a machine that restarts may stand hours before what it said last.
            if (ended.Contains(header.SessionId))
            {
                return false;
            }
            if (sessions > 0)
            {
                ended.Add(sessionId);
            }
            sessionId = header.SessionId;
            sessions++;
            foreach (OutputState other in outputs.Values)
            {
                other.Last = null;
                other.Slot.Clear(p => p.Header.SessionId != sessionId);
            }
            synchronised.Clear(s => s.SessionId != sessionId);
            assembler.Clear();
            SessionStarted?.Invoke(sessionId);
        }
        if (state.Last is { } last)
        {
            if (header.Sequence <= last)
            {
                return false;
            }
            Interlocked.Add(ref state.Missing, (long)(header.Sequence - last - 1));
        }
        state.Last = header.Sequence;
        return true;
    }

    /// <summary>What waits in the slots when the broker is lost is old by the time it is back.</summary>
    private void ClearSlots()
    {
        foreach (OutputState state in outputs.Values)
        {
            state.Slot.Clear(_ => true);
        }
        synchronised.Clear(_ => true);
    }

    private sealed class OutputState(OutputKind kind)
    {
        public long Received;
        public long Missing;

        public OutputKind Kind { get; } = kind;

        public Mailbox<ReceivedPayload> Slot { get; } = new();

        public ulong? Last { get; set; }
    }
}
