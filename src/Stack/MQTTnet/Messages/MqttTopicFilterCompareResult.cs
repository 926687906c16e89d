namespace MQTTnet;

/// <summary>Result of comparing a topic with a filter.</summary>
public enum MqttTopicFilterCompareResult
{
    NoMatch = 0,
    IsMatch = 1,
    FilterInvalid = 2,
    TopicInvalid = 3,
}
