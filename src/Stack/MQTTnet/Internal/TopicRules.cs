using MQTTnet.Exceptions;

namespace MQTTnet.Internal;

/// <summary>What MQTT 5, section 4.7, allows in topic names and topic filters.</summary>
internal static class TopicRules
{
    public static void ThrowIfNotATopic(string topic)
    {
        if (string.IsNullOrEmpty(topic))
        {
            throw new MqttProtocolViolationException("Topic should not be empty.");
        }

        if (topic.AsSpan().ContainsAny('+', '#', '\0'))
        {
            throw new MqttProtocolViolationException($"The topic '{topic}' has a character that is not allowed in a topic name: + and # belong to filters.");
        }
    }

    public static void ThrowIfNotAFilter(string filter)
    {
        if (string.IsNullOrEmpty(filter) || !IsFilter(filter))
        {
            throw new MqttProtocolViolationException($"The topic filter '{filter}' is not valid: + stands for a whole level, # for all levels at the end.");
        }
    }

    public static bool IsFilter(string filter)
    {
        for (int i = 0; i < filter.Length; i++)
        {
            bool startsLevel = i == 0 || filter[i - 1] == '/';
            bool endsLevel = i == filter.Length - 1 || filter[i + 1] == '/';
            bool valid = filter[i] switch
            {
                '+' => startsLevel && endsLevel,
                '#' => startsLevel && i == filter.Length - 1,
                '\0' => false,
                _ => true,
            };
            if (!valid)
            {
                return false;
            }
        }

        return true;
    }
}
