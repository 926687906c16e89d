using MQTTnet.Protocol;

namespace MQTTnet.Packets;

/// <summary>One subscription: a topic filter and how its messages are to be delivered.</summary>
public sealed class MqttTopicFilter
{
    public bool NoLocal { get; set; }

    public MqttQualityOfServiceLevel QualityOfServiceLevel { get; set; }

    public bool RetainAsPublished { get; set; }

    public MqttRetainHandling RetainHandling { get; set; }

    public string Topic { get; set; }

    public override string ToString() => $"{Topic} (QoS {(int)QualityOfServiceLevel})";
}
