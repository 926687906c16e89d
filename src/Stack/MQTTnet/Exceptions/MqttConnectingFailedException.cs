using MQTTnet.Exceptions;

namespace MQTTnet.Adapter;

/// <summary>A connection attempt was given up before the broker answered.</summary>
public sealed class MqttConnectingFailedException : MqttCommunicationException
{
    public MqttConnectingFailedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
