namespace MQTTnet;

/// <summary>How the client reaches the broker.</summary>
public interface IMqttClientChannelOptions
{
    MqttClientTlsOptions TlsOptions { get; }
}
