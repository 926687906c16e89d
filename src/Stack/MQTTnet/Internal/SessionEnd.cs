using MQTTnet.Packets;

namespace MQTTnet.Internal;

/// <summary>How a connection ended.</summary>
internal sealed record SessionEnd(bool WasConnected, MqttClientConnectResult ConnectResult, MqttClientDisconnectReason Reason, string ReasonString, List<MqttUserProperty> UserProperties, Exception Exception);
