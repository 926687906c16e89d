namespace MQTTnet.Exceptions;

/// <summary>The connection ended while an operation waited for its answer.</summary>
public sealed class MqttClientDisconnectedException : MqttCommunicationException
{
    public MqttClientDisconnectedException(Exception innerException)
        : base("The MQTT client was disconnected.", innerException)
    {
    }
}
