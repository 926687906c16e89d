using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Protocol;

namespace RoboPerception.Messaging;

/// <summary>What we can do without when a broker refuses it, one thing at a time.</summary>
internal static class Adaptation
{
    // A broker of MQTT 3.1.1 answers with its own code for "unacceptable protocol version".
    private const int UnacceptableProtocolVersion = 1;

    /// <summary>True if the options were changed so that another attempt may succeed.</summary>
    public static bool TryAdapt(MqttClientOptions options, MqttClientConnectResultCode refusal)
    {
        switch (refusal)
        {
            case MqttClientConnectResultCode.RetainNotSupported when options.WillRetain:
                options.WillRetain = false;
                return true;
            case MqttClientConnectResultCode.QoSNotSupported when options.WillQualityOfServiceLevel != MqttQualityOfServiceLevel.AtMostOnce:
                options.WillQualityOfServiceLevel = MqttQualityOfServiceLevel.AtMostOnce;
                return true;
            case MqttClientConnectResultCode.UnsupportedProtocolVersion or (MqttClientConnectResultCode)UnacceptableProtocolVersion:
                return TryOlderProtocol(options);
            default:
                return false;
        }
    }

    /// <summary>MQTT 3.1.1 instead of 5; false if that is what was tried.</summary>
    public static bool TryOlderProtocol(MqttClientOptions options)
    {
        if (options.ProtocolVersion != MqttProtocolVersion.V500)
        {
            return false;
        }
        options.ProtocolVersion = MqttProtocolVersion.V311;
        return true;
    }
}
