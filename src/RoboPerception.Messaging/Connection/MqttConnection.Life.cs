using System.Buffers;
using MQTTnet;
using MQTTnet.Adapter;
using MQTTnet.Formatter;
using MQTTnet.Packets;
using MQTTnet.Protocol;
using RoboPerception.Core;

namespace RoboPerception.Messaging;

/// <summary>The task that owns the life of the connection: connecting, keeping alive, publishing what is retained.</summary>
public sealed partial class MqttConnection
{
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
            MqttClientConnectResult result = await AdaptAndConnectAsync(limit.Token).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            if (result.ResultCode != MqttClientConnectResultCode.Success)
            {
                return ConnectFailure.Of(options.Broker, result);
            }
            Limits = BrokerLimits.Of(result, clientOptions.ProtocolVersion);
            refused.Clear();
            foreach (MqttTopicFilter filter in subscriptions.TakeAll())
            {
                await SubscribeAsync(filter, limit.Token).ConfigureAwait(false);
            }
        }
        catch (UserErrorException exception)
        {
            return new ConnectFailure(exception.Message, true, exception);
        }
        // InvalidOperationException: the network thread of the lost connection has not quite ended.
        catch (Exception exception) when (ConnectionLoss.Is(exception) || exception is InvalidOperationException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return ConnectFailure.Of(options.Broker, exception);
        }
        ready = true;
        connectedAt = Environment.TickCount64;
        ConnectCount++;
        retained.MakeAllDue();
        wake.Release();
        options.Log?.Invoke(string.Join(' ', [$"Connected to {options.Broker}.", .. ConnectCount == 1 ? Limits!.Remarks() : []]));
        Connected?.Invoke();
        return null;
    }

    /// <summary>Goes without what the broker refuses: the older protocol, a will that is not retained, or one of QoS 0.</summary>
    private async Task<MqttClientConnectResult> AdaptAndConnectAsync(CancellationToken token)
    {
        while (true)
        {
            MqttClientConnectResult result;
            try
            {
                result = await Client.ConnectAsync(clientOptions, token).ConfigureAwait(false);
            }
            catch (MqttConnectingFailedException) when (ConnectCount == 0 && Adaptation.TryOlderProtocol(clientOptions))
            {
                // Some brokers of MQTT 3.1.1 hang up on newer clients instead of answering; if it was not that, MQTT 5 is tried again next time.
                try
                {
                    return await Client.ConnectAsync(clientOptions, token).ConfigureAwait(false);
                }
                catch
                {
                    clientOptions.ProtocolVersion = MqttProtocolVersion.V500;
                    throw;
                }
            }
            if (result.ResultCode == MqttClientConnectResultCode.Success || !Adaptation.TryAdapt(clientOptions, result.ResultCode))
            {
                return result;
            }
        }
    }

    private string RefusalOf(string topic, string reason) => $"The broker {options.Broker} does not take '{topic}': {reason}.";

    private Task OnDisconnectedAsync(MqttClientDisconnectedEventArgs args)
    {
        if (!stopped)
        {
            if (args.ClientWasConnected)
            {
                MqttClientDisconnectReason reason = FreshReason(args.Reason);
                takenOver = reason == MqttClientDisconnectReason.SessionTakenOver;
                string why = reason != MqttClientDisconnectReason.NormalDisconnection ? ReasonWords.Of(reason, options.ClientId) : args.Exception?.Message ?? "it closed the connection";
                options.Log?.Invoke($"Lost the broker {options.Broker}: {why}{(string.IsNullOrEmpty(args.ReasonString) ? "" : $" ({args.ReasonString})")}.");
                Disconnected?.Invoke();
            }
            wake.Release();
        }
        return Task.CompletedTask;
    }

    /// <summary>
    /// MQTTnet repeats the reason of an earlier DISCONNECT when a later connection ends without one. The same reason again counts only
    /// if it came quickly, as when two clients take the session from each other.
    /// </summary>
    private MqttClientDisconnectReason FreshReason(MqttClientDisconnectReason reason)
    {
        bool repeated = reason == lastReason && Environment.TickCount64 - connectedAt > RepeatMilliseconds;
        lastReason = reason;
        return repeated || reason == MqttClientDisconnectReason.UnspecifiedError ? MqttClientDisconnectReason.NormalDisconnection : reason;
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
                    // Two clients of one id would throw each other out without end; at least not in a hurry.
                    await Task.Delay(takenOver ? RivalDelay : backOff.Next(), token).ConfigureAwait(false);
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
                await ChangeSubscriptionsAsync(token).ConfigureAwait(false);
                await PublishRetainedAsync(token).ConfigureAwait(false);
                if (!await wake.WaitAsync(PingPeriod(), token).ConfigureAwait(false))
                {
                    await PingAsync(token).ConfigureAwait(false);
                }
            }
        }
        // MQTTnet tells a request that was given up as one that timed out.
        catch (Exception exception) when (token.IsCancellationRequested && ConnectionLoss.Is(exception))
        {
        }
    }

    private async Task SubscribeAsync(MqttTopicFilter filter, CancellationToken token)
    {
        MqttClientSubscribeResult subscribed = await Client.SubscribeAsync(filter, token).ConfigureAwait(false);
        if (subscribed.Items.FirstOrDefault(i => i.ResultCode > MqttClientSubscribeResultCode.GrantedQoS2) is { } refused)
        {
            options.Log?.Invoke($"The broker {options.Broker} refused the subscription to '{filter.Topic}' ({refused.ResultCode}): check its access rules.");
        }
    }

    /// <summary>What was begun or ended since the connect. A connection that is lost meanwhile asks for everything anew.</summary>
    private async Task ChangeSubscriptionsAsync(CancellationToken token)
    {
        try
        {
            while (Client.IsConnected && subscriptions.TryTakeChange(out MqttTopicFilter? filter, out bool wanted))
            {
                if (wanted)
                {
                    await SubscribeAsync(filter, token).ConfigureAwait(false);
                }
                else
                {
                    await Client.UnsubscribeAsync(filter.Topic, token).ConfigureAwait(false);
                }
            }
        }
        catch (Exception exception) when (ConnectionLoss.Is(exception) && !token.IsCancellationRequested)
        {
        }
    }

    /// <summary>
    /// MQTTnet pings in the rhythm that we asked for, not in the one that the broker insists on, and by the wall clock: set back by an hour,
    /// it keeps silent for an hour, and the broker ends the connection.
    /// </summary>
    private TimeSpan PingPeriod() => (Limits?.KeepAlive is { } period && period < options.KeepAlive ? period : options.KeepAlive) / 2;

    private async Task PingAsync(CancellationToken token)
    {
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(token);
            limit.CancelAfter(options.KeepAlive);
            await Client.PingAsync(limit.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (ConnectionLoss.Is(exception) && !token.IsCancellationRequested)
        {
            await Client.TryDisconnectAsync().ConfigureAwait(false);
        }
    }

    private MqttApplicationMessage Document(string topic, byte[] payload, bool retain) => new()
    {
        Topic = topic,
        Payload = new ReadOnlySequence<byte>(payload),
        ContentType = contentTypes.GetValueOrDefault(topic, ContentTypes.Json),
        Retain = retain && Limits?.RetainAvailable != false,
        QualityOfServiceLevel = Limits?.MaximumQos == 0 ? MqttQualityOfServiceLevel.AtMostOnce : MqttQualityOfServiceLevel.AtLeastOnce,
    };

    private async Task PublishRetainedAsync(CancellationToken token)
    {
        while (Client.IsConnected && retained.TryNext(out string topic, out byte[] payload, out long version))
        {
            if (WhyTooLarge(topic, payload.Length) is { } reason)
            {
                Refuse(topic, reason);
                retained.MarkPublished(topic, version);
                continue;
            }
            try
            {
                MqttClientPublishResult result = await Client.PublishAsync(Document(topic, payload, retain: true), token).ConfigureAwait(false);
                if (result.IsSuccess)
                {
                    Accept(topic);
                }
                else
                {
                    Refuse(topic, ReasonWords.Of(result.ReasonCode, payload.Length));
                }
                retained.MarkPublished(topic, version);
            }
            catch (Exception exception) when (ConnectionLoss.Is(exception) && !token.IsCancellationRequested)
            {
                // Lost; the next connect makes everything due again.
                return;
            }
        }
    }
}
