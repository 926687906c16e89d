using MQTTnet.Packets;
using MQTTnet.Protocol;

namespace MQTTnet;

/// <summary>The broker's answer to CONNECT. A refusal is a result, not an exception.</summary>
public sealed class MqttClientConnectResult
{
    public string AssignedClientIdentifier { get; set; }

    public bool IsSessionPresent { get; set; }

    public uint? MaximumPacketSize { get; set; }

    public MqttQualityOfServiceLevel MaximumQoS { get; set; }

    public string ReasonString { get; set; }

    public ushort? ReceiveMaximum { get; set; }

    public MqttClientConnectResultCode ResultCode { get; set; }

    public bool RetainAvailable { get; set; }

    public ushort ServerKeepAlive { get; set; }

    public uint? SessionExpiryInterval { get; set; }

    public ushort TopicAliasMaximum { get; set; }

    public List<MqttUserProperty> UserProperties { get; set; }
}
