using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using MQTTnet;
using MQTTnet.Packets;
using MQTTnet.Protocol;
using RoboPerception.Core;

namespace RoboPerception.Messaging;

/// <summary>
/// Keeps one client connected: reconnects with back-off and jitter, subscribes again and publishes every retained topic again on
/// every connect. One task owns the life of the connection; everything else may be called from any thread.
/// </summary>
public sealed partial class MqttConnection : IAsyncDisposable
{
    private const long RepeatMilliseconds = 30_000;
    private static readonly TimeSpan FarewellLimit = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan RivalDelay = TimeSpan.FromSeconds(15);

    private readonly MqttConnectionOptions options;
    private readonly MqttClientOptions clientOptions;
    private readonly SocketStreams streams;
    private readonly RetainedTopics retained = new();
    private readonly RefusedTopics refused = new();
    private readonly Lock frameGate = new();
    private readonly Dictionary<string, Action<byte[]>> listeners = [];
    private readonly List<(string Filter, Action<string, byte[]> Listener)> patterns = [];
    private readonly ConcurrentDictionary<string, string> contentTypes = [];
    private readonly Subscriptions subscriptions = new();
    private readonly Dictionary<string, Task> pendingMessages = [];
    private readonly CancellationTokenSource stopping = new();
    private readonly SemaphoreSlim wake = new(0);
    private Task? owner;
    private volatile bool stopped;
    private volatile bool takenOver;
    private MqttClientDisconnectReason lastReason;
    private long connectedAt;
    private bool ready;

    /// <summary>A connection that is not open yet. Reads the CA file.</summary>
    /// <exception cref="UserErrorException">The CA or the password file cannot be read, or a password has no user name.</exception>
    public MqttConnection(MqttConnectionOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        this.options = options;
        streams = new SocketStreams(options.SendBufferBytes);
        clientOptions = ClientOptions.Build(options, streams);
        Client = new MqttClientFactory().CreateMqttClient();
        Client.DisconnectedAsync += OnDisconnectedAsync;
        Client.ApplicationMessageReceivedAsync += args =>
        {
            if (listeners.TryGetValue(args.ApplicationMessage.Topic, out Action<byte[]>? listener))
            {
                listener(args.ApplicationMessage.Payload.ToArray());
            }
            foreach ((string filter, Action<string, byte[]> each) in patterns)
            {
                if (MqttTopicFilterComparer.Compare(args.ApplicationMessage.Topic, filter) == MqttTopicFilterCompareResult.IsMatch)
                {
                    each(args.ApplicationMessage.Topic, args.ApplicationMessage.Payload.ToArray());
                    break;
                }
            }
            MessageReceived?.Invoke(args.ApplicationMessage);
            return Task.CompletedTask;
        };
    }

    /// <summary>Raised after each connect, when subscriptions are in place. Not for long work.</summary>
    public event Action? Connected;

    /// <summary>Raised when an open connection has ended.</summary>
    public event Action? Disconnected;

    /// <summary>True while the broker is there.</summary>
    public bool IsConnected => Client.IsConnected;

    /// <summary>Times the connection was opened; more than 1 means it was lost in between.</summary>
    public int ConnectCount { get; private set; }

    /// <summary>What the broker announced at the last connect; null before the first.</summary>
    public BrokerLimits? Limits { get; private set; }

    /// <summary>Topics that the broker does not take on this connection, each with the reason.</summary>
    public IReadOnlyDictionary<string, string> Refused => refused.Current;

    /// <summary>The broker.</summary>
    public BrokerAddress Broker => options.Broker;

    /// <summary>Raised for each message of a subscription, one after another.</summary>
    internal event Action<MqttApplicationMessage>? MessageReceived;

    /// <summary>Raised before each attempt: what is left of the last connection is stale from here on.</summary>
    internal event Action? Connecting;

    internal IMqttClient Client { get; }

    /// <summary>
    /// Opens the connection. Returns when it is open or, unless <see cref="MqttConnectionOptions.FailFast"/>, when the broker could not
    /// be reached at once and is now being waited for (see <see cref="IsConnected"/>).
    /// </summary>
    /// <exception cref="UserErrorException">Trying again cannot help: credentials, authorisation, TLS; exit code 5.</exception>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        if (owner is not null)
        {
            throw new InvalidOperationException("The connection was started already.");
        }
        foreach (string warning in options.Warnings())
        {
            options.Log?.Invoke(warning);
        }
        ConnectFailure? failure = await TryConnectAsync(cancellationToken).ConfigureAwait(false);
        if (failure is { } first && (first.IsPermanent || options.FailFast))
        {
            throw first.ToUserError();
        }
        if (failure is { } waiting)
        {
            options.Log?.Invoke($"{waiting.Message} Waiting for it.");
        }
        owner = Task.Run(OwnAsync, CancellationToken.None);
    }

    /// <summary>Sets a retained topic (QoS 1). It is published now, or on the next connect, and again on every connect.</summary>
    /// <param name="topic">Full topic name.</param>
    /// <param name="payload">The message.</param>
    /// <param name="contentType">MQTT 5 Content Type.</param>
    public void SetRetained(string topic, byte[] payload, string contentType = ContentTypes.Json)
    {
        ArgumentNullException.ThrowIfNull(topic);
        ArgumentNullException.ThrowIfNull(payload);
        contentTypes[topic] = contentType;
        retained.Set(topic, payload);
        wake.Release();
    }

    /// <summary>Waits until the broker has every retained topic.</summary>
    public Task FlushRetainedAsync(CancellationToken cancellationToken = default) => retained.Flushed.WaitAsync(cancellationToken);

    /// <summary>
    /// Publishes a small message at QoS 0 (health, metrics). False if the broker is away or the last message of this topic is still
    /// on its way: such messages are worth nothing late.
    /// </summary>
    public bool TryPublish(string topic, byte[] payload)
    {
        ArgumentNullException.ThrowIfNull(payload);
        if (WhyTooLarge(topic, payload.Length) is { } reason)
        {
            Refuse(topic, reason);
            return false;
        }
        lock (pendingMessages)
        {
            if (!Client.IsConnected || (pendingMessages.TryGetValue(topic, out Task? last) && !last.IsCompleted))
            {
                return false;
            }
            Task<bool> publish = SendSmallAsync(topic, payload);
            pendingMessages[topic] = publish;
            return !publish.IsCompleted || publish.Result;
        }
    }

    /// <summary>
    /// Ends the connection on purpose: sets the farewell (normally the <c>stopped</c> status), waits a few seconds at most until the
    /// broker has it, and says DISCONNECT, so that the will stays unpublished.
    /// </summary>
    public async Task StopAsync(string? farewellTopic = null, byte[]? farewell = null)
    {
        if (stopped)
        {
            return;
        }
        if (farewellTopic is not null && farewell is not null)
        {
            SetRetained(farewellTopic, farewell);
        }
        if (IsConnected && owner is not null)
        {
            await Task.WhenAny(retained.Flushed, Task.Delay(FarewellLimit)).ConfigureAwait(false);
        }
        stopped = true;
        await stopping.CancelAsync().ConfigureAwait(false);
        if (owner is not null)
        {
            await owner.ConfigureAwait(false);
        }
        streams.CloseGracefully();
        await Task.WhenAny(Client.TryDisconnectAsync(), Task.Delay(FarewellLimit)).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        Client.Dispose();
        stopping.Dispose();
        wake.Dispose();
    }

    /// <summary>Ends the connection without a word, as a crash would: the broker publishes the will.</summary>
    internal void Abort()
    {
        stopped = true;
        stopping.Cancel();
        Client.Dispose();
    }

    /// <summary>Calls a function for each message of a topic (QoS 1); set before <see cref="StartAsync"/>. It must not block.</summary>
    public void Listen(string topic, Action<byte[]> listener)
    {
        listeners[topic] = listener;
        Subscribe(topic, MqttQualityOfServiceLevel.AtLeastOnce);
    }

    /// <summary>
    /// The same for every topic of a filter, which may hold wildcards and may be shared (<c>$share/GROUP/FILTER</c>: each message then goes
    /// to one of the group). The function is given the topic's name; of several filters that match the first one set counts.
    /// </summary>
    public void ListenAll(string filter, Action<string, byte[]> listener)
    {
        ArgumentNullException.ThrowIfNull(filter);
        patterns.Add((filter.StartsWith("$share/", StringComparison.Ordinal) ? filter.Split('/', 3)[2] : filter, listener));
        Subscribe(filter, MqttQualityOfServiceLevel.AtLeastOnce);
    }

    /// <summary>Publishes at QoS 1 and waits until the broker has the message.</summary>
    /// <exception cref="UserErrorException">It refused it, or was lost meanwhile; exit code 5.</exception>
    public async Task PublishAsync(string topic, byte[] payload, CancellationToken cancellationToken = default)
    {
        try
        {
            MqttClientPublishResult result = await Client.PublishAsync(Document(topic, payload, retain: false), cancellationToken).ConfigureAwait(false);
            if (!result.IsSuccess)
            {
                throw new UserErrorException(ExitCode.Broker, RefusalOf(topic, ReasonWords.Of(result.ReasonCode, payload.Length)));
            }
        }
        catch (Exception exception) when (ConnectionLoss.Is(exception))
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw ConnectFailure.Of(options.Broker, exception).ToUserError();
        }
    }

    /// <summary>Frames of different topics leave one after another. On this lock threads wait without a task each.</summary>
    internal Task<MqttClientPublishResult> PublishFrame(MqttApplicationMessage message)
    {
        lock (frameGate)
        {
            return Client.PublishAsync(message);
        }
    }

    /// <summary>The reason if a message cannot pass the broker's limit, else null.</summary>
    internal string? WhyTooLarge(string topic, int payloadBytes)
    {
        // What MQTT puts around a payload of ours: fixed header, topic, content type and properties.
        const int around = 128;
        return Limits?.MaximumPacketBytes is { } limit && payloadBytes + topic.Length + around > limit
            ? string.Create(CultureInfo.InvariantCulture, $"a message of {payloadBytes:N0} bytes does not pass its limit of {limit:N0} bytes; choose a smaller encoding for this output or raise the broker's max_packet_size")
            : null;
    }

    /// <summary>Notes that the broker does not take a topic; said once per connection.</summary>
    internal void Refuse(string topic, string reason)
    {
        if (refused.Add(topic, reason))
        {
            options.Log?.Invoke(RefusalOf(topic, reason));
        }
    }

    /// <summary>The broker takes the topic.</summary>
    internal void Accept(string topic) => refused.Remove(topic);

    /// <summary>Adds a subscription, before <see cref="StartAsync"/>.</summary>
    internal void Subscribe(string filter, MqttQualityOfServiceLevel qos) => subscriptions.Set(filter, qos, true);

    /// <summary>Begins or ends a subscription at any time, also from within a handler; it takes effect soon after.</summary>
    internal void SetSubscribed(string filter, MqttQualityOfServiceLevel qos, bool wanted, bool retainAsPublished = false)
    {
        if (subscriptions.Set(filter, qos, wanted, retainAsPublished))
        {
            wake.Release();
        }
    }

    /// <summary>False if the connection ended before it was sent.</summary>
    private async Task<bool> SendSmallAsync(string topic, byte[] payload)
    {
        try
        {
            await Client.PublishAsync(new MqttApplicationMessage { Topic = topic, Payload = new ReadOnlySequence<byte>(payload), ContentType = "application/json" }).ConfigureAwait(false);
            return true;
        }
        catch (Exception exception) when (ConnectionLoss.Is(exception))
        {
            return false;
        }
    }
}
