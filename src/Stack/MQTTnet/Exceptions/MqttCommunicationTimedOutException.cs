namespace MQTTnet.Exceptions;

/// <summary>The broker did not answer within <see cref="MqttClientOptions.Timeout"/>.</summary>
public sealed class MqttCommunicationTimedOutException : MqttCommunicationException
{
    public MqttCommunicationTimedOutException()
        : base("The broker did not answer in time.", null)
    {
    }

    public MqttCommunicationTimedOutException(Exception innerException)
        : base("The broker did not answer in time.", innerException)
    {
    }
}
