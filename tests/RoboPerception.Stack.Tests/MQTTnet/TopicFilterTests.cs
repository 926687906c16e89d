using MQTTnet;

namespace RoboPerception.Stack.Tests.Mqtt;

public sealed class TopicFilterTests
{
    [Theory]
    [InlineData("a/b/c", "a/b/c", MqttTopicFilterCompareResult.IsMatch)]
    [InlineData("a/b/c", "a/+/c", MqttTopicFilterCompareResult.IsMatch)]
    [InlineData("a/b/c", "a/#", MqttTopicFilterCompareResult.IsMatch)]
    [InlineData("a", "a/#", MqttTopicFilterCompareResult.IsMatch)]
    [InlineData("a/b/c", "+/b/#", MqttTopicFilterCompareResult.IsMatch)]
    [InlineData("/a", "+/a", MqttTopicFilterCompareResult.IsMatch)]
    [InlineData("a/b/c", "a/b", MqttTopicFilterCompareResult.NoMatch)]
    [InlineData("a/b", "a/b/c", MqttTopicFilterCompareResult.NoMatch)]
    [InlineData("a/b", "a/+/+", MqttTopicFilterCompareResult.NoMatch)]
    [InlineData("$SYS/x", "#", MqttTopicFilterCompareResult.NoMatch)]
    [InlineData("$SYS/x", "+/x", MqttTopicFilterCompareResult.NoMatch)]
    [InlineData("$SYS/x", "$SYS/#", MqttTopicFilterCompareResult.IsMatch)]
    [InlineData("a", "a#", MqttTopicFilterCompareResult.FilterInvalid)]
    [InlineData("a", "#/a", MqttTopicFilterCompareResult.FilterInvalid)]
    [InlineData("a/+", "a/b", MqttTopicFilterCompareResult.TopicInvalid)]
    public void A_topic_is_compared_with_a_filter_by_levels(string topic, string filter, MqttTopicFilterCompareResult expected) =>
        Assert.Equal(expected, MqttTopicFilterComparer.Compare(topic, filter));
}
