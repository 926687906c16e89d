namespace MQTTnet.Exceptions;

/// <summary>The transport failed. The inner exception says how: SocketException, AuthenticationException (TLS) or IOException.</summary>
public class MqttCommunicationException : Exception
{
    public MqttCommunicationException(Exception innerException)
        : base(innerException?.Message ?? "MQTT communication failed.", innerException)
    {
    }

    public MqttCommunicationException(string message, Exception innerException = null)
        : base(message, innerException)
    {
    }
}
