namespace MQTTnet.Exceptions;

/// <summary>The caller asked for something that MQTT does not allow.</summary>
public class MqttProtocolViolationException : Exception
{
    public MqttProtocolViolationException(string message)
        : base(message)
    {
    }
}
