using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using MQTTnet.Native;
using MQTTnet.Packets;
using MQTTnet.Protocol;

namespace MQTTnet.Internal;

/// <summary>What libmosquitto calls back. An exception is kept and ends the session from the network loop; it never crosses into native code.</summary>
internal sealed unsafe partial class MosquittoSession
{
    private const int LogWarning = 4;
    private const int LogError = 8;

    private volatile Exception _callbackFailure;
    private string _lastError;
    private bool _disconnectSeen;
    private int _disconnectCode;
    private string _disconnectReasonString;
    private List<MqttUserProperty> _disconnectProperties;

    private void SetCallbacks()
    {
        LibMosquitto.mosquitto_connect_v5_callback_set(_handle, &OnConnect);
        LibMosquitto.mosquitto_disconnect_v5_callback_set(_handle, &OnDisconnect);
        LibMosquitto.mosquitto_publish_v5_callback_set(_handle, &OnPublish);
        LibMosquitto.mosquitto_message_v5_callback_set(_handle, &OnMessage);
        LibMosquitto.mosquitto_subscribe_v5_callback_set(_handle, &OnSubscribe);
        LibMosquitto.mosquitto_unsubscribe_v5_callback_set(_handle, &OnUnsubscribe);
        LibMosquitto.mosquitto_log_callback_set(_handle, &OnLog);
    }

    private static MosquittoSession Of(nint userData) => (MosquittoSession)GCHandle.FromIntPtr(userData).Target;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnConnect(nint mosq, nint userData, int code, int flags, nint properties)
    {
        MosquittoSession session = Of(userData);
        try
        {
            var reader = new PropertyReader(properties);
            var result = new MqttClientConnectResult
            {
                ResultCode = session._options.ProtocolVersion == Formatter.MqttProtocolVersion.V500 ? (MqttClientConnectResultCode)code : FromReturnCode(code),
                IsSessionPresent = (flags & 1) != 0,
                AssignedClientIdentifier = reader.String(MqttPropertyId.AssignedClientIdentifier),
                MaximumPacketSize = reader.UInt32(MqttPropertyId.MaximumPacketSize),
                MaximumQoS = (MqttQualityOfServiceLevel)(reader.Byte(MqttPropertyId.MaximumQoS) ?? (byte)MqttQualityOfServiceLevel.ExactlyOnce),
                ReasonString = reader.String(MqttPropertyId.ReasonString),
                ReceiveMaximum = reader.UInt16(MqttPropertyId.ReceiveMaximum),
                RetainAvailable = (reader.Byte(MqttPropertyId.RetainAvailable) ?? 1) != 0,
                ServerKeepAlive = reader.UInt16(MqttPropertyId.ServerKeepAlive) ?? 0,
                SessionExpiryInterval = reader.UInt32(MqttPropertyId.SessionExpiryInterval),
                TopicAliasMaximum = reader.UInt16(MqttPropertyId.TopicAliasMaximum) ?? 0,
                UserProperties = reader.UserProperties(),
            };
            session._wasConnected = session._active = result.ResultCode == MqttClientConnectResultCode.Success;
            session._connAck.TrySetResult(result);
        }
        catch (Exception exception)
        {
            session._callbackFailure = exception;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnDisconnect(nint mosq, nint userData, int code, nint properties)
    {
        MosquittoSession session = Of(userData);
        try
        {
            session._active = false;
            if (session._disconnectSeen)
            {
                return;
            }

            var reader = new PropertyReader(properties);
            session._disconnectSeen = true;
            session._disconnectCode = code;
            session._disconnectReasonString = reader.String(MqttPropertyId.ReasonString);
            session._disconnectProperties = reader.UserProperties();
        }
        catch (Exception exception)
        {
            session._callbackFailure = exception;
        }
    }

    /// <summary>QoS 0: the message has been written. QoS 1 and 2: the broker has acknowledged it.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnPublish(nint mosq, nint userData, int mid, int code, nint properties)
    {
        MosquittoSession session = Of(userData);
        try
        {
            if (session._publishes.Remove(mid, out TaskCompletionSource<MqttClientPublishResult> pending))
            {
                var reader = new PropertyReader(properties);
                pending.TrySetResult(new MqttClientPublishResult((ushort)mid, (MqttClientPublishReasonCode)code, reader.String(MqttPropertyId.ReasonString), reader.UserProperties() ?? []));
            }
            else
            {
                session._writtenInline = mid;
            }
        }
        catch (Exception exception)
        {
            session._callbackFailure = exception;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnMessage(nint mosq, nint userData, NativeMessage* message, nint properties)
    {
        MosquittoSession session = Of(userData);
        try
        {
            var reader = new PropertyReader(properties);
            byte[] payload = GC.AllocateUninitializedArray<byte>(message->PayloadLength);
            new ReadOnlySpan<byte>(message->Payload, message->PayloadLength).CopyTo(payload);
            var received = new MqttApplicationMessage
            {
                Topic = Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(message->Topic)),
                Payload = new ReadOnlySequence<byte>(payload),
                QualityOfServiceLevel = (MqttQualityOfServiceLevel)message->Qos,
                Retain = message->Retain != 0,
                ContentType = reader.String(MqttPropertyId.ContentType),
                ResponseTopic = reader.String(MqttPropertyId.ResponseTopic),
                CorrelationData = reader.Binary(MqttPropertyId.CorrelationData),
                MessageExpiryInterval = reader.UInt32(MqttPropertyId.MessageExpiryInterval) ?? 0,
                PayloadFormatIndicator = (MqttPayloadFormatIndicator)(reader.Byte(MqttPropertyId.PayloadFormatIndicator) ?? 0),
                SubscriptionIdentifiers = reader.SubscriptionIdentifiers(),
                UserProperties = reader.UserProperties(),
            };
            Interlocked.Add(ref session._queuedBytes, payload.Length);
            session._received.Writer.TryWrite(new MqttApplicationMessageReceivedEventArgs(session._options.ClientId, received, (ushort)message->Mid));
        }
        catch (Exception exception)
        {
            session._callbackFailure = exception;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnSubscribe(nint mosq, nint userData, int mid, int count, int* granted, nint properties)
    {
        MosquittoSession session = Of(userData);
        try
        {
            session.Acknowledge(mid, count > 0 ? granted[0] : (int)MqttClientSubscribeResultCode.UnspecifiedError, properties);
        }
        catch (Exception exception)
        {
            session._callbackFailure = exception;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnUnsubscribe(nint mosq, nint userData, int mid, nint properties)
    {
        MosquittoSession session = Of(userData);
        try
        {
            session.Acknowledge(mid, 0, properties);
        }
        catch (Exception exception)
        {
            session._callbackFailure = exception;
        }
    }

    /// <summary>Keeps the last error text: OpenSSL's reason reaches us on no other way.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnLog(nint mosq, nint userData, int level, byte* text)
    {
        MosquittoSession session = Of(userData);
        try
        {
            if ((level & (LogError | LogWarning)) != 0)
            {
                session._lastError = Marshal.PtrToStringUTF8((nint)text);
            }
        }
        catch (Exception exception)
        {
            session._callbackFailure = exception;
        }
    }

    private void Acknowledge(int mid, int code, nint properties)
    {
        if (_requests.Remove(mid, out TaskCompletionSource<Acknowledgement> pending))
        {
            var reader = new PropertyReader(properties);
            pending.TrySetResult(new Acknowledgement((ushort)mid, code, reader.String(MqttPropertyId.ReasonString), reader.UserProperties()));
        }
    }

    /// <summary>CONNACK return codes of MQTT 3.1.1, section 3.2.2.3.</summary>
    private static MqttClientConnectResultCode FromReturnCode(int code) => code switch
    {
        0 => MqttClientConnectResultCode.Success,
        1 => MqttClientConnectResultCode.UnsupportedProtocolVersion,
        2 => MqttClientConnectResultCode.ClientIdentifierNotValid,
        3 => MqttClientConnectResultCode.ServerUnavailable,
        4 => MqttClientConnectResultCode.BadUserNameOrPassword,
        5 => MqttClientConnectResultCode.NotAuthorized,
        _ => MqttClientConnectResultCode.UnspecifiedError,
    };
}
