using System.Collections.Concurrent;
using System.Threading.Channels;
using MQTTnet;
using MQTTnet.Packets;
using MQTTnet.Protocol;
using RoboPerception.Core;

namespace RoboPerception.Messaging.Tests;

public sealed class FramePublisherTests : IAsyncLifetime
{
    private const int Width = 512;
    private const int Height = 384;

    private static readonly Topics Names = new("roboperception", "n");
    private static readonly string Topic = Names.Output("front", OutputKind.Depth);

    private readonly LocalBroker broker = LocalBroker.Start();
    private readonly float[] metres = new float[Width * Height];
    private readonly PayloadEncoder encoder = new(OutputKind.Depth, PayloadEncoding.Raw);
    private StallingProxy proxy = null!;
    private MqttConnection connection = null!;

    public async Task InitializeAsync()
    {
        proxy = new StallingProxy(broker.Address);
        connection = new MqttConnection(TestSupport.Options(proxy.Address, "node"));
        await connection.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await connection.DisposeAsync();
        await proxy.DisposeAsync();
        broker.Dispose();
    }

    [Fact]
    public async Task A_slow_network_costs_old_frames_and_never_the_newest()
    {
        ConcurrentQueue<ulong> received = await ReceiveAsync();
        using var publisher = new FramePublisher(connection, Topic, ContentTypes.Of(PayloadEncoding.Raw));
        proxy.Stall();
        for (ulong sequence = 1; sequence <= 40; sequence++)
        {
            Publish(publisher, sequence);
            await Task.Delay(2);
        }
        // 40 frames are 15 MB; what the kernel and the proxy hold on the way is far less.
        Assert.InRange(publisher.Sent, 0, 30);
        Assert.True(publisher.Superseded > 0);
        proxy.Resume();
        Assert.True(publisher.WaitUntilIdle(TestSupport.Patience));
        Assert.Equal(40, publisher.Sent + publisher.Superseded);
        await TestSupport.EventuallyAsync(() => received.Contains(40ul), "the newest frame arrived");
        ulong[] order = [.. received];
        Assert.Equal(order.Order(), order);
    }

    [Fact]
    public async Task Lossless_waits_for_the_network_and_loses_nothing()
    {
        using var publisher = new FramePublisher(connection, Topic, ContentTypes.Of(PayloadEncoding.Raw), lossless: true);
        proxy.Stall();
        Task publishing = Task.Run(() =>
        {
            for (ulong sequence = 1; sequence <= 40; sequence++)
            {
                Publish(publisher, sequence);
            }
        });
        Assert.NotEqual(publishing, await Task.WhenAny(publishing, Task.Delay(300)));
        proxy.Resume();
        await publishing.WaitAsync(TestSupport.Patience);
        Assert.True(publisher.WaitUntilIdle(TestSupport.Patience));
        Assert.Equal((40, 0, 0), (publisher.Sent, publisher.Superseded, publisher.DroppedWhileDisconnected));
    }

    [Fact]
    public async Task Frames_leave_at_QoS_0_once_the_broker_has_acknowledged_one_of_their_size()
    {
        // A broker of somebody else, which does not raise the QoS.
        using var plain = new SecuredBroker("robot", "secret", null);
        string file = Path.Combine(plain.Folder, "password");
        await File.WriteAllTextAsync(file, "secret\n");
        await using var node = new MqttConnection(new MqttConnectionOptions { Broker = plain.Address with { UserName = "robot" }, ClientId = "node", PasswordFile = file });
        await node.StartAsync();
        using IMqttClient client = new MqttClientFactory().CreateMqttClient();
        var inbox = Channel.CreateUnbounded<MqttApplicationMessage>();
        client.ApplicationMessageReceivedAsync += args => inbox.Writer.WriteAsync(args.ApplicationMessage).AsTask();
        await client.ConnectAsync(new MqttClientOptionsBuilder().WithTcpServer(plain.Address.Host, plain.Address.Port).WithCredentials("robot", "secret").Build());
        await client.SubscribeAsync(Topic, MqttQualityOfServiceLevel.AtLeastOnce);
        using var publisher = new FramePublisher(node, Topic, ContentTypes.Of(PayloadEncoding.Raw));
        for (ulong sequence = 1; sequence <= 3; sequence++)
        {
            Publish(publisher, sequence);
            MqttApplicationMessage message = await TestSupport.NextAsync(inbox);
            Assert.Equal(sequence == 1 ? MqttQualityOfServiceLevel.AtLeastOnce : MqttQualityOfServiceLevel.AtMostOnce, message.QualityOfServiceLevel);
            // A broker would keep QoS 1 for a subscriber that is away; no frame may wait there for long.
            Assert.InRange(message.MessageExpiryInterval, sequence == 1 ? 1u : 0u, sequence == 1 ? 2u : 0u);
        }
    }

    [Fact]
    public async Task A_frame_carries_its_type_its_number_and_its_stamps_and_is_not_retained()
    {
        (IMqttClient client, Channel<MqttApplicationMessage> inbox) = await TestSupport.ListenAsync(broker.Address, Topic);
        using (client)
        {
            using var publisher = new FramePublisher(connection, Topic, ContentTypes.Of(PayloadEncoding.Png));
            var png = new PayloadEncoder(OutputKind.Depth, PayloadEncoding.Png);
            foreach (ulong sequence in (ulong[])[9, 10, 100])
            {
                long before = UnixClock.Now;
                PayloadBuffer buffer = publisher.Rent();
                png.EncodeDepth(TestSupport.Header(OutputKind.Depth, 8, 4, sequence), new float[32], buffer);
                publisher.Publish(buffer);
                MqttApplicationMessage message = await TestSupport.NextAsync(inbox);
                Assert.Equal("image/png", message.ContentType);
                Assert.Equal(["seq=" + sequence, "stamp=1700000000123456789"], message.UserProperties.Select(p => $"{p.Name}={p.ReadValueAsString()}"));
                // The listener asked for QoS 1, and our broker gives it although frames leave at QoS 0: that is what keeps plain subscribers fresh.
                Assert.Equal((MqttQualityOfServiceLevel.AtLeastOnce, false), (message.QualityOfServiceLevel, message.Retain));
                Assert.InRange(PayloadDecoder.Decode(message.Payload.FirstSpan).Header.PublishStamp, before, UnixClock.Now);
            }
        }
    }

    [Fact]
    public async Task Disposing_while_the_network_stands_still_does_not_hang()
    {
        var publisher = new FramePublisher(connection, Topic, ContentTypes.Of(PayloadEncoding.Raw));
        proxy.Stall();
        for (ulong sequence = 1; sequence <= 20; sequence++)
        {
            Publish(publisher, sequence);
            await Task.Delay(2);
        }
        await Task.Run(publisher.Dispose).WaitAsync(TestSupport.Patience);
        Assert.False(publisher.Publish(publisher.Rent()));
    }

    private void Publish(FramePublisher publisher, ulong sequence)
    {
        PayloadBuffer buffer = publisher.Rent();
        encoder.EncodeDepth(TestSupport.Header(OutputKind.Depth, Width, Height, sequence), metres, buffer);
        publisher.Publish(buffer);
    }

    private async Task<ConcurrentQueue<ulong>> ReceiveAsync()
    {
        var received = new ConcurrentQueue<ulong>();
        (IMqttClient client, Channel<MqttApplicationMessage> inbox) = await TestSupport.ListenAsync(broker.Address, Topic);
        _ = Task.Run(async () =>
        {
            using (client)
            {
                await foreach (MqttApplicationMessage message in inbox.Reader.ReadAllAsync())
                {
                    received.Enqueue(PayloadDecoder.ReadHeader(message.Payload.FirstSpan).Sequence);
                }
            }
        });
        return received;
    }
}
