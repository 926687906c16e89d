namespace MQTTnet;

/// <summary>A received message. libmosquitto acknowledges QoS 1 and 2 itself when it has handed the message over.</summary>
public sealed class MqttApplicationMessageReceivedEventArgs : EventArgs
{
    internal MqttApplicationMessageReceivedEventArgs(string clientId, MqttApplicationMessage applicationMessage, ushort packetIdentifier)
    {
        ClientId = clientId;
        ApplicationMessage = applicationMessage;
        PacketIdentifier = packetIdentifier;
    }

    public MqttApplicationMessage ApplicationMessage { get; }

    public string ClientId { get; }

    public ushort PacketIdentifier { get; }
}
