using MQTTnet.Packets;

namespace MQTTnet.Internal;

/// <summary>The broker's answer to SUBSCRIBE or UNSUBSCRIBE for one filter.</summary>
internal sealed record Acknowledgement(ushort PacketIdentifier, int Code, string ReasonString, List<MqttUserProperty> UserProperties);
