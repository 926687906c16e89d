using MQTTnet.Formatter;
using MQTTnet.Packets;
using MQTTnet.Protocol;

namespace MQTTnet;

/// <summary>Everything a connection needs. Made by <see cref="MqttClientOptionsBuilder"/>.</summary>
public sealed class MqttClientOptions
{
    public IMqttClientChannelOptions ChannelOptions { get; set; }

    public bool CleanSession { get; set; } = true;

    public string ClientId { get; set; } = Guid.NewGuid().ToString("N");

    public IMqttClientCredentialsProvider Credentials { get; set; }

    /// <summary>Zero: no keep-alive. libmosquitto knows no period between 0 and 5 s; shorter ones are rounded up.</summary>
    public TimeSpan KeepAlivePeriod { get; set; } = TimeSpan.FromSeconds(15);

    public uint MaximumPacketSize { get; set; }

    public MqttProtocolVersion ProtocolVersion { get; set; } = MqttProtocolVersion.V500;

    public ushort ReceiveMaximum { get; set; }

    public uint SessionExpiryInterval { get; set; }

    /// <summary>Limit for CONNECT when its cancellation token cannot be cancelled.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(100);

    public List<MqttUserProperty> UserProperties { get; set; }

    public string WillContentType { get; set; }

    public uint WillDelayInterval { get; set; }

    public uint WillMessageExpiryInterval { get; set; }

    public byte[] WillPayload { get; set; }

    public MqttPayloadFormatIndicator WillPayloadFormatIndicator { get; set; }

    public MqttQualityOfServiceLevel WillQualityOfServiceLevel { get; set; }

    public bool WillRetain { get; set; }

    public string WillTopic { get; set; }

    public List<MqttUserProperty> WillUserProperties { get; set; }
}
