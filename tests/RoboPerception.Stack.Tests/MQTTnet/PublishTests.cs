using System.Buffers;
using System.Threading.Channels;
using MQTTnet;
using MQTTnet.Exceptions;
using MQTTnet.Formatter;
using MQTTnet.Packets;
using MQTTnet.Protocol;

namespace RoboPerception.Stack.Tests.Mqtt;

public sealed class PublishTests : MqttTestBase
{
    private readonly TestBroker _broker;

    public PublishTests() => _broker = Own(TestBroker.Start());

    [Theory]
    [InlineData(MqttQualityOfServiceLevel.AtMostOnce)]
    [InlineData(MqttQualityOfServiceLevel.AtLeastOnce)]
    [InlineData(MqttQualityOfServiceLevel.ExactlyOnce)]
    public async Task A_message_arrives_with_its_payload_and_its_properties(MqttQualityOfServiceLevel qos)
    {
        Channel<MqttApplicationMessage> inbox = await InboxAsync(_broker.Port, "a/#", MqttQualityOfServiceLevel.ExactlyOnce);
        IMqttClient client = await ConnectedClientAsync(_broker.Port);
        byte[] payload = [0, 1, 2, 255];
        MqttClientPublishResult result = await client.PublishAsync(new MqttApplicationMessageBuilder()
            .WithTopic("a/b").WithPayload(payload).WithQualityOfServiceLevel(qos).WithContentType("image/png")
            .WithUserProperty("seq", "42"u8.ToArray().AsMemory()).WithUserProperty("stamp", "7"u8.ToArray().AsMemory()).Build());
        Assert.True(result.IsSuccess);

        MqttApplicationMessage received = await NextAsync(inbox);
        Assert.Equal("a/b", received.Topic);
        Assert.Equal(payload, received.Payload.ToArray());
        Assert.Equal("image/png", received.ContentType);
        Assert.Equal(["seq=42", "stamp=7"], received.UserProperties.Select(p => $"{p.Name}={p.ReadValueAsString()}"));
        Assert.Equal(qos, received.QualityOfServiceLevel);
    }

    [Fact]
    public async Task A_payload_larger_than_the_socket_buffers_and_of_several_segments_arrives_whole()
    {
        Channel<MqttApplicationMessage> inbox = await InboxAsync(_broker.Port, "big");
        IMqttClient client = await ConnectedClientAsync(_broker.Port);
        byte[] payload = new byte[9_000_000];
        new Random(1).NextBytes(payload);
        await client.PublishSequenceAsync("big", SequenceOf(payload[..4_000_000], payload[4_000_000..]), MqttQualityOfServiceLevel.AtLeastOnce);
        Assert.True((await NextAsync(inbox)).Payload.ToArray().AsSpan().SequenceEqual(payload));
    }

    [Fact]
    public async Task An_empty_retained_message_clears_what_was_retained()
    {
        IMqttClient client = await ConnectedClientAsync(_broker.Port);
        await client.PublishStringAsync("keep", "old", MqttQualityOfServiceLevel.AtLeastOnce, retain: true);
        await client.PublishStringAsync("keep2", "new", MqttQualityOfServiceLevel.AtLeastOnce, retain: true);
        await client.PublishStringAsync("keep", "", MqttQualityOfServiceLevel.AtLeastOnce, retain: true);
        Channel<MqttApplicationMessage> inbox = await InboxAsync(_broker.Port, "#");
        MqttApplicationMessage received = await NextAsync(inbox);
        Assert.Equal("keep2", received.Topic);
        Assert.Equal("new", received.ConvertPayloadToString());
        Assert.True(received.Retain);
    }

    [Fact]
    public async Task A_QoS_0_publish_completes_synchronously_and_allocates_nothing()
    {
        IMqttClient client = await ConnectedClientAsync(_broker.Port, o => o.WithTcpServer(tcp => tcp.BufferSize = 1 << 20));
        byte[] stamp = "0000000000000000000"u8.ToArray();
        var message = new MqttApplicationMessage
        {
            Topic = "roboperception/v1/node/cam/front/depth",
            ContentType = "image/png",
            Payload = new ReadOnlySequence<byte>(new byte[1000]),
            UserProperties = [new MqttUserProperty("seq", stamp.AsMemory()), new MqttUserProperty("stamp", stamp.AsMemory())],
        };
        for (int i = 0; i < 50; i++)
        {
            await client.PublishAsync(message);
        }

        Assert.True(await AllocatesNothingAsync(client, message), "every one of 20 rounds of 20 messages allocated");
    }

    [Fact]
    public async Task Bad_topics_are_refused_before_anything_is_sent()
    {
        IMqttClient client = await ConnectedClientAsync(_broker.Port);
        await Assert.ThrowsAsync<MqttProtocolViolationException>(() => client.PublishStringAsync("a/+/b", "x"));
        await Assert.ThrowsAsync<MqttProtocolViolationException>(() => client.PublishStringAsync("a/#", "x"));
        await Assert.ThrowsAsync<MqttProtocolViolationException>(() => client.SubscribeAsync("a/#/b"));
        Assert.Throws<MqttProtocolViolationException>(() => new MqttApplicationMessageBuilder().Build());
        Assert.True(client.IsConnected);
    }

    [Fact]
    public async Task MQTT_5_features_are_refused_on_a_version_3_connection()
    {
        IMqttClient client = await ConnectedClientAsync(_broker.Port, o => o.WithProtocolVersion(MqttProtocolVersion.V311));
        MqttApplicationMessage message = new MqttApplicationMessageBuilder().WithTopic("t").WithContentType("x").Build();
        await Assert.ThrowsAsync<NotSupportedException>(() => client.PublishAsync(message));
        Channel<MqttApplicationMessage> inbox = await InboxAsync(_broker.Port, "t");
        await client.PublishStringAsync("t", "plain", MqttQualityOfServiceLevel.AtLeastOnce);
        Assert.Equal("plain", (await NextAsync(inbox)).ConvertPayloadToString());
    }

    /// <summary>A round in which the broker was slow takes the asynchronous path, which may allocate; one clean round is the proof.</summary>
    private static async Task<bool> AllocatesNothingAsync(IMqttClient client, MqttApplicationMessage message)
    {
        for (int round = 0; round < 20; round++)
        {
            if (Round(client, message))
            {
                return true;
            }

            await Task.Delay(10);
        }

        return false;
    }

    private static bool Round(IMqttClient client, MqttApplicationMessage message)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        bool synchronous = true;
        for (int i = 0; i < 20; i++)
        {
            synchronous &= client.PublishAsync(message).IsCompletedSuccessfully;
        }

        return synchronous && GC.GetAllocatedBytesForCurrentThread() == before;
    }

    private static ReadOnlySequence<byte> SequenceOf(byte[] first, byte[] second)
    {
        var head = new Segment(first, 0);
        Segment tail = head.Append(second);
        return new ReadOnlySequence<byte>(head, 0, tail, second.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(byte[] memory, long index)
        {
            Memory = memory;
            RunningIndex = index;
        }

        public Segment Append(byte[] memory)
        {
            var next = new Segment(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
