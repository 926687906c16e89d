using MQTTnet;
using MQTTnet.Exceptions;
using MQTTnet.Packets;
using MQTTnet.Protocol;
using RoboPerception.Core;

namespace RoboPerception.Messaging;

/// <summary>
/// Keeps one client connected: reconnects with back-off and jitter, subscribes again and publishes every retained topic again on
/// every connect. One task owns the life of the connection; everything else may be called from any thread.
/// </summary>
public sealed class MqttConnection : IAsyncDisposable
{
    private static readonly TimeSpan FarewellLimit = TimeSpan.FromSeconds(3);

    private readonly MqttConnectionOptions options;
    private readonly MqttClientOptions clientOptions;
    private readonly SocketStreams streams;
    private readonly RetainedTopics retained = new();
    private readonly List<MqttTopicFilter> subscriptions = [];
    private readonly Dictionary<string, Task> pendingMessages = [];
    private readonly CancellationTokenSource stopping = new();
    private readonly SemaphoreSlim wake = new(0);
    private Task? owner;
    private volatile bool stopped;
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
    public void SetRetained(string topic, byte[] payload)
    {
        ArgumentNullException.ThrowIfNull(topic);
        ArgumentNullException.ThrowIfNull(payload);
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
        lock (pendingMessages)
        {
            if (!Client.IsConnected || (pendingMessages.TryGetValue(topic, out Task? last) && !last.IsCompleted))
            {
                return false;
            }
            Task publish = Client.PublishAsync(new MqttApplicationMessageBuilder().WithTopic(topic).WithPayload(payload).WithContentType("application/json").Build());
            pendingMessages[topic] = Swallow(publish);
            return !publish.IsFaulted;
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

    /// <summary>Adds a subscription, before <see cref="StartAsync"/>.</summary>
    internal void Subscribe(string filter, MqttQualityOfServiceLevel qos) => subscriptions.Add(new MqttTopicFilter { Topic = filter, QualityOfServiceLevel = qos });

    private static async Task Swallow(Task publish)
    {
        try
        {
            await publish.ConfigureAwait(false);
        }
        catch (MqttCommunicationException)
        {
        }
    }

    private async Task<ConnectFailure?> TryConnectAsync(CancellationToken cancellationToken)
    {
        ready = false;
        Connecting?.Invoke();
        try
        {
            if (Client.IsConnected)
            {
                await Client.TryDisconnectAsync().ConfigureAwait(false);
            }
            // Not the caller's token itself: a cancellable token would replace the time limit.
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stopping.Token);
            limit.CancelAfter(options.ConnectTimeout);
            MqttClientConnectResult result = await Client.ConnectAsync(clientOptions, limit.Token).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            if (result.ResultCode != MqttClientConnectResultCode.Success)
            {
                return ConnectFailure.Of(options.Broker, result);
            }
            foreach (MqttTopicFilter filter in subscriptions)
            {
                MqttClientSubscribeResult subscribed = await Client.SubscribeAsync(filter, limit.Token).ConfigureAwait(false);
                if (subscribed.Items.FirstOrDefault(i => i.ResultCode > MqttClientSubscribeResultCode.GrantedQoS2) is { } refused)
                {
                    options.Log?.Invoke($"The broker {options.Broker} refused the subscription to '{filter.Topic}' ({refused.ResultCode}): check its access rules.");
                }
            }
        }
        catch (UserErrorException exception)
        {
            return new ConnectFailure(exception.Message, true, exception);
        }
        // InvalidOperationException: the network thread of the lost connection has not quite ended.
        catch (Exception exception) when (exception is MqttCommunicationException or OperationCanceledException or InvalidOperationException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return ConnectFailure.Of(options.Broker, exception);
        }
        ready = true;
        ConnectCount++;
        retained.MakeAllDue();
        wake.Release();
        options.Log?.Invoke($"Connected to {options.Broker}.");
        Connected?.Invoke();
        return null;
    }

    private Task OnDisconnectedAsync(MqttClientDisconnectedEventArgs args)
    {
        if (!stopped)
        {
            if (args.ClientWasConnected)
            {
                options.Log?.Invoke($"Lost the broker {options.Broker}: {args.ReasonString ?? args.Exception?.Message ?? args.Reason.ToString()}");
                Disconnected?.Invoke();
            }
            wake.Release();
        }
        return Task.CompletedTask;
    }

    private async Task OwnAsync()
    {
        CancellationToken token = stopping.Token;
        var backOff = new BackOff(options.MinimumDelay, options.MaximumDelay);
        string lastMessage = "";
        try
        {
            while (!token.IsCancellationRequested)
            {
                if (!ready || !Client.IsConnected)
                {
                    await Task.Delay(backOff.Next(), token).ConfigureAwait(false);
                    if (await TryConnectAsync(token).ConfigureAwait(false) is { } failure)
                    {
                        // Said once, not at every attempt.
                        if (failure.Message != lastMessage)
                        {
                            options.Log?.Invoke(failure.Message);
                        }
                        lastMessage = failure.Message;
                        continue;
                    }
                    backOff.Reset();
                    lastMessage = "";
                }
                await PublishRetainedAsync(token).ConfigureAwait(false);
                await wake.WaitAsync(token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested)
        {
        }
    }

    private async Task PublishRetainedAsync(CancellationToken token)
    {
        while (Client.IsConnected && retained.TryNext(out string topic, out byte[] payload, out long version))
        {
            MqttApplicationMessage message = new MqttApplicationMessageBuilder()
                .WithTopic(topic).WithPayload(payload).WithContentType("application/json").WithRetainFlag().WithQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce).Build();
            try
            {
                MqttClientPublishResult result = await Client.PublishAsync(message, token).ConfigureAwait(false);
                if (!result.IsSuccess)
                {
                    options.Log?.Invoke($"The broker {options.Broker} refused the topic '{topic}' ({result.ReasonCode}): check its access rules.");
                }
                retained.MarkPublished(topic, version);
            }
            catch (MqttCommunicationException)
            {
                // Lost; the next connect makes everything due again.
                return;
            }
        }
    }
}
