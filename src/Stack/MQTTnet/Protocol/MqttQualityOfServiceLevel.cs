namespace MQTTnet.Protocol;

/// <summary>Delivery guarantee of a message or a subscription.</summary>
public enum MqttQualityOfServiceLevel
{
    AtMostOnce = 0,
    AtLeastOnce = 1,
    ExactlyOnce = 2,
}
