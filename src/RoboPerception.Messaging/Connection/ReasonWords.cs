using MQTTnet;

namespace RoboPerception.Messaging;

/// <summary>MQTT's reason codes in words, with what to do.</summary>
internal static class ReasonWords
{
    // Names MQTTnet lacks for codes that a broker may put into an acknowledgement.
    private const int PacketTooLarge = 149;

    /// <summary>Why a message was not taken.</summary>
    public static string Of(MqttClientPublishReasonCode code, int bytes) => (int)code switch
    {
        (int)MqttClientPublishReasonCode.NotAuthorized => "its access rules do not allow it (not authorised); allow this client to write the topic",
        PacketTooLarge => FormattableString.Invariant($"a message of {bytes:N0} bytes is too large for it; choose a smaller encoding for this output or raise the broker's limit (message_size_limit, max_packet_size)"),
        (int)MqttClientPublishReasonCode.QuotaExceeded => "a quota is used up; raise it on the broker",
        (int)MqttClientPublishReasonCode.TopicNameInvalid => "it does not take this topic name; choose another prefix or node id",
        (int)MqttClientPublishReasonCode.PayloadFormatInvalid => "it does not take this kind of payload",
        _ => $"it gives the reason {code}",
    };

    /// <summary>Why the broker ended a connection.</summary>
    public static string Of(MqttClientDisconnectReason reason, string clientId) => reason switch
    {
        MqttClientDisconnectReason.SessionTakenOver => $"another client with the id '{clientId}' has taken our session; give each program an id of its own",
        MqttClientDisconnectReason.ServerShuttingDown => "it is shutting down",
        MqttClientDisconnectReason.KeepAliveTimeout => "it heard nothing from us for too long",
        MqttClientDisconnectReason.PacketTooLarge => "a message was larger than it takes; choose a smaller encoding or raise its max_packet_size",
        MqttClientDisconnectReason.MessageRateTooHigh or MqttClientDisconnectReason.QuotaExceeded => "we sent more than it allows; lower the frame rate or raise its quota",
        MqttClientDisconnectReason.NotAuthorized => "its access rules do not allow what we do",
        MqttClientDisconnectReason.AdministrativeAction => "its administrator ended the connection",
        MqttClientDisconnectReason.RetainNotSupported => "it retains nothing",
        MqttClientDisconnectReason.QosNotSupported => "it does not take this quality of service",
        MqttClientDisconnectReason.UseAnotherServer or MqttClientDisconnectReason.ServerMoved => "it has moved; name the new broker",
        MqttClientDisconnectReason.ReceiveMaximumExceeded => "we sent more unacknowledged messages than it takes",
        MqttClientDisconnectReason.MaximumConnectTime or MqttClientDisconnectReason.ConnectionRateExceeded or MqttClientDisconnectReason.ServerBusy => "it limits connections",
        _ => reason.ToString(),
    };
}
