using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MQTTnet.Exceptions;
using MQTTnet.Formatter;
using MQTTnet.Native;
using MQTTnet.Packets;
using MQTTnet.Protocol;

namespace MQTTnet.Internal;

/// <summary>What the application asks for while connected.</summary>
internal sealed unsafe partial class MosquittoSession
{
    // Written on the caller's thread: the common case at QoS 0, and the one that must not allocate.
    private static readonly Task<MqttClientPublishResult> Written =
        Task.FromResult(new MqttClientPublishResult(null, MqttClientPublishReasonCode.Success, null, []));

    private readonly Dictionary<int, TaskCompletionSource<MqttClientPublishResult>> _publishes = [];
    private readonly Dictionary<int, TaskCompletionSource<Acknowledgement>> _requests = [];
    private int _writtenInline;

    [SkipLocalsInit]
    public Task<MqttClientPublishResult> Publish(MqttApplicationMessage message)
    {
        var properties = default(PropertyList);
        byte[] joined = null;
        using var topic = new Utf8Argument(message.Topic, stackalloc byte[Utf8Argument.StackSize]);
        try
        {
            if (_options.ProtocolVersion == MqttProtocolVersion.V500)
            {
                AddProperties(ref properties, message);
            }

            ReadOnlySpan<byte> payload = message.Payload.IsSingleSegment ? message.Payload.FirstSpan : Join(message.Payload, out joined);
            fixed (byte* topicBytes = topic.Bytes, payloadBytes = payload)
            {
                return Publish(topicBytes, payloadBytes, payload.Length, message, properties.Pointer);
            }
        }
        finally
        {
            properties.Dispose();
            if (joined is not null)
            {
                ArrayPool<byte>.Shared.Return(joined);
            }
        }
    }

    public Task<Acknowledgement> SubscribeAsync(MqttTopicFilter filter, List<MqttUserProperty> userProperties, CancellationToken cancellationToken) =>
        Request(filter, null, userProperties).WaitAsync(cancellationToken);

    public Task<Acknowledgement> UnsubscribeAsync(string filter, List<MqttUserProperty> userProperties, CancellationToken cancellationToken) =>
        Request(null, filter, userProperties).WaitAsync(cancellationToken);

    /// <summary>Queues DISCONNECT behind what is still unsent. <see cref="Ended"/> completes when it has gone.</summary>
    public void Disconnect(MqttClientDisconnectOptions options)
    {
        var properties = default(PropertyList);
        try
        {
            if (_options.ProtocolVersion == MqttProtocolVersion.V500)
            {
                if (!string.IsNullOrEmpty(options.ReasonString))
                {
                    properties.AddString(MqttPropertyId.ReasonString, options.ReasonString);
                }

                if (options.SessionExpiryInterval != 0)
                {
                    properties.AddUInt32(MqttPropertyId.SessionExpiryInterval, options.SessionExpiryInterval);
                }

                properties.AddUserProperties(options.UserProperties);
            }

            lock (_native)
            {
                if (_active)
                {
                    _ = LibMosquitto.mosquitto_disconnect_v5(_handle, (int)options.Reason, properties.Pointer);
                }
            }

            Wake();
        }
        finally
        {
            properties.Dispose();
        }
    }

    private Task<MqttClientPublishResult> Publish(byte* topic, byte* payload, int length, MqttApplicationMessage message, nint properties)
    {
        TaskCompletionSource<MqttClientPublishResult> pending;
        lock (_native)
        {
            ThrowIfNotActive();
            _writtenInline = 0;
            int mid = 0;
            int error = LibMosquitto.mosquitto_publish_v5(_handle, &mid, topic, length, payload, (int)message.QualityOfServiceLevel, message.Retain, properties);
            if (error != MosquittoError.Success)
            {
                throw Failures.ToException(error, Marshal.GetLastPInvokeError(), _lastError);
            }

            if (_writtenInline == mid && message.QualityOfServiceLevel == MqttQualityOfServiceLevel.AtMostOnce)
            {
                return Written;
            }

            pending = new TaskCompletionSource<MqttClientPublishResult>(TaskCreationOptions.RunContinuationsAsynchronously);
            _publishes[mid] = pending;
            LibC.SignalEvent(_wake);
        }

        return pending.Task;
    }

    [SkipLocalsInit]
    private Task<Acknowledgement> Request(MqttTopicFilter subscription, string unsubscription, List<MqttUserProperty> userProperties)
    {
        var properties = default(PropertyList);
        using var filter = new Utf8Argument(subscription?.Topic ?? unsubscription, stackalloc byte[Utf8Argument.StackSize]);
        try
        {
            if (_options.ProtocolVersion == MqttProtocolVersion.V500)
            {
                properties.AddUserProperties(userProperties);
            }

            fixed (byte* bytes = filter.Bytes)
            {
                lock (_native)
                {
                    ThrowIfNotActive();
                    int mid = 0;
                    int error = subscription is null
                        ? LibMosquitto.mosquitto_unsubscribe_v5(_handle, &mid, bytes, properties.Pointer)
                        : LibMosquitto.mosquitto_subscribe_v5(_handle, &mid, bytes, (int)subscription.QualityOfServiceLevel, SubscriptionOptions(subscription), properties.Pointer);
                    if (error != MosquittoError.Success)
                    {
                        throw Failures.ToException(error, 0, _lastError);
                    }

                    var pending = new TaskCompletionSource<Acknowledgement>(TaskCreationOptions.RunContinuationsAsynchronously);
                    _requests[mid] = pending;
                    LibC.SignalEvent(_wake);
                    return pending.Task;
                }
            }
        }
        finally
        {
            properties.Dispose();
        }
    }

    private void ThrowIfNotActive()
    {
        if (!_active || _finished)
        {
            throw new MqttClientNotConnectedException();
        }
    }

    /// <summary>The options byte of MQTT 5, section 3.8.3.1, without the QoS.</summary>
    private int SubscriptionOptions(MqttTopicFilter filter) => _options.ProtocolVersion != MqttProtocolVersion.V500
        ? 0
        : (filter.NoLocal ? 0x04 : 0) | (filter.RetainAsPublished ? 0x08 : 0) | ((int)filter.RetainHandling << 4);

    private static void AddProperties(ref PropertyList properties, MqttApplicationMessage message)
    {
        if (message.ContentType is { Length: > 0 } contentType)
        {
            properties.AddString(MqttPropertyId.ContentType, contentType);
        }

        if (message.ResponseTopic is { Length: > 0 } responseTopic)
        {
            properties.AddString(MqttPropertyId.ResponseTopic, responseTopic);
        }

        if (message.CorrelationData is { } correlationData)
        {
            properties.AddBinary(MqttPropertyId.CorrelationData, correlationData);
        }

        if (message.MessageExpiryInterval != 0)
        {
            properties.AddUInt32(MqttPropertyId.MessageExpiryInterval, message.MessageExpiryInterval);
        }

        if (message.PayloadFormatIndicator != MqttPayloadFormatIndicator.Unspecified)
        {
            properties.AddByte(MqttPropertyId.PayloadFormatIndicator, (byte)message.PayloadFormatIndicator);
        }

        properties.AddUserProperties(message.UserProperties);
    }

    private static ReadOnlySpan<byte> Join(ReadOnlySequence<byte> payload, out byte[] rented)
    {
        int length = checked((int)payload.Length);
        rented = ArrayPool<byte>.Shared.Rent(length);
        payload.CopyTo(rented);
        return rented.AsSpan(0, length);
    }
}
