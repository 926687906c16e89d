using MQTTnet.Adapter;
using MQTTnet.Exceptions;
using MQTTnet.Formatter;

namespace MQTTnet.Internal;

/// <summary>The official client's behaviour over a <see cref="MosquittoSession"/> for each connection.</summary>
internal sealed class MosquittoClient : IMqttClient
{
    private readonly Lock _gate = new();
    private volatile MosquittoSession _session;
    private volatile bool _disposed;

    public event Func<MqttApplicationMessageReceivedEventArgs, Task> ApplicationMessageReceivedAsync;

    public event Func<MqttClientConnectedEventArgs, Task> ConnectedAsync;

    public event Func<MqttClientDisconnectedEventArgs, Task> DisconnectedAsync;

    public bool IsConnected => _session?.IsConnected == true;

    public MqttClientOptions Options { get; private set; }

    public async Task<MqttClientConnectResult> ConnectAsync(MqttClientOptions options, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentNullException.ThrowIfNull(options);
        ThrowIfNotSupported(options);
        MosquittoSession session = Begin(options);
        session.Start();
        _ = DispatchAsync(session);
        MqttClientConnectResult result;
        try
        {
            result = await AnswerAsync(session, options, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is MqttConnectingFailedException or MqttCommunicationTimedOutException)
        {
            // TCP may hang for minutes; the abandoned network thread frees its native client when it returns.
            _session = null;
            await RaiseAsync(DisconnectedAsync, new MqttClientDisconnectedEventArgs(false, null, MqttClientDisconnectReason.UnspecifiedError, null, null, exception)).ConfigureAwait(false);
            throw;
        }
        catch
        {
            await WatchAsync(session).ConfigureAwait(false);
            throw;
        }

        if (result.ResultCode != MqttClientConnectResultCode.Success)
        {
            await WatchAsync(session).ConfigureAwait(false);
            return result;
        }

        await RaiseAsync(ConnectedAsync, new MqttClientConnectedEventArgs(result)).ConfigureAwait(false);
        _ = WatchAsync(session);
        return result;
    }

    public async Task DisconnectAsync(MqttClientDisconnectOptions options, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentNullException.ThrowIfNull(options);
        if (_session is not { } session)
        {
            return;
        }

        session.Disconnect(options);
        try
        {
            await session.Ended.WaitAsync(Options.Timeout, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            session.Abort();
            throw;
        }
    }

    public Task<MqttClientPublishResult> PublishAsync(MqttApplicationMessage applicationMessage, CancellationToken cancellationToken = default)
    {
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            ArgumentNullException.ThrowIfNull(applicationMessage);
            TopicRules.ThrowIfNotATopic(applicationMessage.Topic);
            MosquittoSession session = Connected();
            ThrowIfNotSupported(applicationMessage);
            Task<MqttClientPublishResult> result = session.Publish(applicationMessage);
            return result.IsCompleted || !cancellationToken.CanBeCanceled ? result : result.WaitAsync(cancellationToken);
        }
        catch (Exception exception)
        {
            return Task.FromException<MqttClientPublishResult>(exception);
        }
    }

    public async Task<MqttClientSubscribeResult> SubscribeAsync(MqttClientSubscribeOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.TopicFilters is not { Count: > 0 })
        {
            throw new ArgumentException("At least one topic filter is needed.", nameof(options));
        }

        options.TopicFilters.ForEach(filter => TopicRules.ThrowIfNotAFilter(filter.Topic));
        MosquittoSession session = Connected();
        // One SUBSCRIBE a filter: each has its own options, and its answer cannot be mistaken for another's.
        Acknowledgement[] answers = await Task.WhenAll(options.TopicFilters.ConvertAll(filter => session.SubscribeAsync(filter, options.UserProperties, cancellationToken))).ConfigureAwait(false);
        var items = options.TopicFilters.Zip(answers, (filter, answer) => new MqttClientSubscribeResultItem(filter, (MqttClientSubscribeResultCode)answer.Code)).ToArray();
        return new MqttClientSubscribeResult(answers[0].PacketIdentifier, items, answers[0].ReasonString, answers[0].UserProperties ?? []);
    }

    public async Task<MqttClientUnsubscribeResult> UnsubscribeAsync(MqttClientUnsubscribeOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.TopicFilters is not { Count: > 0 })
        {
            throw new ArgumentException("At least one topic filter is needed.", nameof(options));
        }

        options.TopicFilters.ForEach(TopicRules.ThrowIfNotAFilter);
        MosquittoSession session = Connected();
        Acknowledgement[] answers = await Task.WhenAll(options.TopicFilters.ConvertAll(filter => session.UnsubscribeAsync(filter, options.UserProperties, cancellationToken))).ConfigureAwait(false);
        var items = options.TopicFilters.Zip(answers, (filter, answer) => new MqttClientUnsubscribeResultItem(filter, (MqttClientUnsubscribeResultCode)answer.Code)).ToArray();
        return new MqttClientUnsubscribeResult(answers[0].PacketIdentifier, items, answers[0].ReasonString, answers[0].UserProperties ?? []);
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
        }

        // The network thread frees the native client; the will goes out unless a DISCONNECT did before.
        _session?.Abort();
    }

    private MosquittoSession Begin(MqttClientOptions options)
    {
        lock (_gate)
        {
            if (_session is { Ended.IsCompleted: false })
            {
                throw new InvalidOperationException("It is not allowed to connect with a server after the connection is established.");
            }

            Options = options;
            return _session = new MosquittoSession(options);
        }
    }

    private static async Task<MqttClientConnectResult> AnswerAsync(MosquittoSession session, MqttClientOptions options, CancellationToken cancellationToken)
    {
        try
        {
            // As in the official client: a token that can be cancelled replaces the time limit.
            return cancellationToken.CanBeCanceled
                ? await session.ConnAck.WaitAsync(cancellationToken).ConfigureAwait(false)
                : await session.ConnAck.WaitAsync(options.Timeout > TimeSpan.Zero ? options.Timeout : Timeout.InfiniteTimeSpan, CancellationToken.None).ConfigureAwait(false);
        }
        catch (OperationCanceledException exception)
        {
            session.Abort();
            throw new MqttConnectingFailedException("Connecting to the broker was cancelled.", exception);
        }
        catch (TimeoutException exception)
        {
            session.Abort();
            throw new MqttCommunicationTimedOutException(exception);
        }
    }

    private MosquittoSession Connected()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _session is { IsConnected: true } session ? session : throw new MqttClientNotConnectedException();
    }

    private async Task DispatchAsync(MosquittoSession session)
    {
        await foreach (MqttApplicationMessageReceivedEventArgs args in session.Received.ReadAllAsync().ConfigureAwait(false))
        {
            await RaiseAsync(ApplicationMessageReceivedAsync, args).ConfigureAwait(false);
            session.Handled(args);
        }
    }

    private async Task WatchAsync(MosquittoSession session)
    {
        SessionEnd end = await session.Ended.ConfigureAwait(false);
        await RaiseAsync(
            DisconnectedAsync,
            new MqttClientDisconnectedEventArgs(end.WasConnected, end.ConnectResult, end.Reason, end.ReasonString, end.UserProperties, end.Exception)).ConfigureAwait(false);
    }

    /// <summary>A handler that throws must not take the connection or the next handler with it (the official client logs and goes on).</summary>
    private static async Task RaiseAsync<T>(Func<T, Task> handlers, T args)
    {
        if (handlers is null)
        {
            return;
        }

        foreach (Func<T, Task> handler in Delegate.EnumerateInvocationList(handlers))
        {
            try
            {
                await handler(args).ConfigureAwait(false);
            }
            catch (Exception)
            {
            }
        }
    }

    private static void ThrowIfNotSupported(MqttClientOptions options)
    {
        if (options.ChannelOptions is not MqttClientTcpOptions)
        {
            throw new NotSupportedException("Only TCP, with or without TLS, is supported.");
        }

        bool needsV5 = options.SessionExpiryInterval != 0 || options.ReceiveMaximum != 0 || options.MaximumPacketSize != 0 || options.UserProperties is { Count: > 0 }
            || options.WillDelayInterval != 0 || options.WillMessageExpiryInterval != 0 || options.WillContentType is not null;
        if (needsV5 && options.ProtocolVersion != MqttProtocolVersion.V500)
        {
            throw new NotSupportedException($"These options need MQTT 5; the protocol version is {options.ProtocolVersion}.");
        }
    }

    private void ThrowIfNotSupported(MqttApplicationMessage message)
    {
        if (Options.ProtocolVersion != MqttProtocolVersion.V500
            && (message.ContentType is not null || message.UserProperties is { Count: > 0 } || message.ResponseTopic is not null || message.CorrelationData is not null || message.MessageExpiryInterval != 0))
        {
            throw new NotSupportedException($"Message properties need MQTT 5; the protocol version is {Options.ProtocolVersion}.");
        }
    }
}
