namespace MQTTnet;

/// <summary>Asked for credentials at every connect, so that a rotated password takes effect without a restart.</summary>
public interface IMqttClientCredentialsProvider
{
    byte[] GetPassword(MqttClientOptions clientOptions);

    string GetUserName(MqttClientOptions clientOptions);
}
