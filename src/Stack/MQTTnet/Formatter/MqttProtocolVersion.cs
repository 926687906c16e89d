namespace MQTTnet.Formatter;

/// <summary>Versions of the protocol.</summary>
public enum MqttProtocolVersion
{
    Unknown = 0,
    V310 = 3,
    V311 = 4,
    V500 = 5,
}
