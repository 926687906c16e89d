using System.Globalization;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Protocol;

namespace RoboPerception.Messaging;

/// <summary>What a broker said when it let us in (MQTT 5, CONNACK).</summary>
/// <param name="IsMqtt5">False: it speaks MQTT 3.1.1 only, so it announces nothing and tells no reason when it refuses a message.</param>
/// <param name="MaximumPacketBytes">Largest packet it takes; null = it names no limit.</param>
/// <param name="MaximumQos">Highest quality of service it takes: 0, 1 or 2.</param>
/// <param name="RetainAvailable">False: it keeps nothing for those who come late.</param>
public sealed record BrokerLimits(bool IsMqtt5, long? MaximumPacketBytes, int MaximumQos, bool RetainAvailable)
{
    /// <summary>How often it wants to hear from us, if more often than we asked for; null = as we asked.</summary>
    public TimeSpan? KeepAlive { get; init; }

    /// <summary>Unacknowledged messages of QoS 1 and 2 it takes at a time; we never have more than one per topic under way.</summary>
    public int ReceiveMaximum { get; init; } = ushort.MaxValue;

    /// <summary>Topic aliases it takes. We use none.</summary>
    public int TopicAliasMaximum { get; init; }

    /// <summary>The client id it gave us instead of ours; null = ours.</summary>
    public string? AssignedClientId { get; init; }

    internal static BrokerLimits Of(MqttClientConnectResult result, MqttProtocolVersion protocol) => protocol == MqttProtocolVersion.V500
        ? new BrokerLimits(true, result.MaximumPacketSize is > 0 and { } bytes ? bytes : null, (int)result.MaximumQoS, result.RetainAvailable)
        {
            KeepAlive = result.ServerKeepAlive > 0 ? TimeSpan.FromSeconds(result.ServerKeepAlive) : null,
            ReceiveMaximum = result.ReceiveMaximum is > 0 and { } messages ? messages : ushort.MaxValue,
            TopicAliasMaximum = result.TopicAliasMaximum,
            AssignedClientId = string.IsNullOrEmpty(result.AssignedClientIdentifier) ? null : result.AssignedClientIdentifier,
        }
        : new BrokerLimits(false, null, (int)MqttQualityOfServiceLevel.ExactlyOnce, true);

    /// <summary>What a person should know of them, a sentence each; empty if nothing is out of the ordinary.</summary>
    public IReadOnlyList<string> Remarks()
    {
        var remarks = new List<string>();
        if (!IsMqtt5)
        {
            remarks.Add("It speaks MQTT 3.1.1 only: messages go without content type and properties, and it does not say when it refuses one; mosquitto 2.0 or newer does.");
        }
        if (MaximumPacketBytes is { } bytes)
        {
            remarks.Add(string.Create(CultureInfo.InvariantCulture, $"It takes packets of at most {bytes:N0} bytes."));
        }
        if (!RetainAvailable)
        {
            remarks.Add("It retains nothing: who subscribes late learns status, description and classes only when they change; set retain_available true on the broker.");
        }
        if (MaximumQos == 0)
        {
            remarks.Add("It takes QoS 0 only: it acknowledges nothing, so a refused message goes unnoticed.");
        }
        return remarks;
    }
}
