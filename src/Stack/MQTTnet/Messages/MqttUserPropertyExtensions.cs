using System.Text;

namespace MQTTnet.Packets;

public static class MqttUserPropertyExtensions
{
    public static string ReadValueAsString(this MqttUserProperty userProperty)
    {
        ArgumentNullException.ThrowIfNull(userProperty);
        return Encoding.UTF8.GetString(userProperty.ValueBuffer.Span);
    }
}
