namespace MQTTnet;

/// <summary>Matches topics against filters as MQTT 5, section 4.7, says.</summary>
public static class MqttTopicFilterComparer
{
    public static MqttTopicFilterCompareResult Compare(string topic, string filter)
    {
        if (string.IsNullOrEmpty(topic) || topic.AsSpan().ContainsAny('#', '+'))
        {
            return MqttTopicFilterCompareResult.TopicInvalid;
        }

        if (string.IsNullOrEmpty(filter) || !Internal.TopicRules.IsFilter(filter))
        {
            return MqttTopicFilterCompareResult.FilterInvalid;
        }

        // A leading wildcard never matches the broker's own $ topics (4.7.2).
        if (topic[0] == '$' && filter[0] is '#' or '+')
        {
            return MqttTopicFilterCompareResult.NoMatch;
        }

        return Matches(topic, filter) ? MqttTopicFilterCompareResult.IsMatch : MqttTopicFilterCompareResult.NoMatch;
    }

    private static bool Matches(ReadOnlySpan<char> topic, ReadOnlySpan<char> filter)
    {
        while (true)
        {
            int filterEnd = filter.IndexOf('/');
            int topicEnd = topic.IndexOf('/');
            ReadOnlySpan<char> filterLevel = filterEnd < 0 ? filter : filter[..filterEnd];
            ReadOnlySpan<char> topicLevel = topicEnd < 0 ? topic : topic[..topicEnd];
            if (filterLevel is "#")
            {
                return true;
            }

            if (filterLevel is not "+" && !filterLevel.SequenceEqual(topicLevel))
            {
                return false;
            }

            if (topicEnd < 0)
            {
                // "sport/#" also matches "sport".
                return filterEnd < 0 || filter[(filterEnd + 1)..] is "#";
            }

            if (filterEnd < 0)
            {
                return false;
            }

            filter = filter[(filterEnd + 1)..];
            topic = topic[(topicEnd + 1)..];
        }
    }
}
