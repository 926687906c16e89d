using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Protocol;
using MQTTnet.Server;
using RoboPerception.Core;

namespace RoboPerception.Messaging.Tests;

/// <summary>What a broker announces, and what it only does.</summary>
public sealed class BrokerLimitTests
{
    private const int Limit = 20_000;

    private static readonly Topics Names = new("roboperception", "n");

    private readonly ConcurrentQueue<string> log = new();

    [Theory]
    [InlineData("max_packet_size 20000", true)]
    [InlineData("message_size_limit 20000", false)]
    public async Task What_is_too_large_is_refused_once_in_words_and_the_rest_flows(string line, bool announced)
    {
        using var broker = new ConfiguredBroker(line);
        await using MqttConnection connection = await ConnectAsync(broker.Address);
        Assert.Equal(announced ? Limit : null, connection.Limits!.MaximumPacketBytes);
        (IMqttClient client, Channel<MqttApplicationMessage> inbox) = await TestSupport.ListenAsync(broker.Address, $"{Names.Root}/#");
        using (client)
        {
            using var large = new FramePublisher(connection, Names.Output("front", OutputKind.Normals), ContentTypes.Of(PayloadEncoding.Raw));
            using var small = new FramePublisher(connection, Names.Output("front", OutputKind.Depth), ContentTypes.Of(PayloadEncoding.Raw));
            for (ulong sequence = 1; sequence <= 5; sequence++)
            {
                Publish(large, OutputKind.Normals, 128, 96, sequence);
                Publish(small, OutputKind.Depth, 64, 48, sequence);
                MqttApplicationMessage message = await TestSupport.NextAsync(inbox);
                Assert.Equal((small.Topic, sequence), (message.Topic, PayloadDecoder.ReadHeader(message.Payload.FirstSpan).Sequence));
            }
            Assert.Equal((0, 5), (large.Sent, large.Refused));
            Assert.Equal((5, 0), (small.Sent, small.Refused));
            Assert.Equal([large.Topic], connection.Refused.Keys);
            Assert.Contains("encoding", Assert.Single(log, l => l.Contains(large.Topic, StringComparison.Ordinal)), StringComparison.Ordinal);
            // Smaller frames of the same topic pass.
            Publish(large, OutputKind.Normals, 32, 24, 6);
            Assert.Equal(large.Topic, (await TestSupport.NextAsync(inbox)).Topic);
            Assert.Equal(1, connection.ConnectCount);
        }
        BrokerSurvey survey = await BrokerSurvey.RunAsync(TestSupport.Options(broker.Address, "survey"), Names, 1_000_000);
        Assert.True(survey.ComesBack);
        Assert.InRange(survey.LargestBytes, Limit * 95 / 100, Limit);
    }

    [Fact]
    public async Task A_broker_without_limits_gives_everything_back()
    {
        using LocalBroker broker = LocalBroker.Start();
        BrokerSurvey survey = await BrokerSurvey.RunAsync(TestSupport.Options(broker, "survey"), Names, 1_000_000);
        Assert.Equal((true, 1_000_000, null), (survey.ComesBack, survey.LargestBytes, survey.Occupant));
        Assert.Empty(survey.Limits.Remarks());
    }

    [Fact]
    public async Task Where_nobody_may_write_each_topic_is_named_once_and_no_frame_counts_as_sent()
    {
        using var broker = new ConfiguredBroker(ConfiguredBroker.ReadOnly);
        await using MqttConnection connection = await ConnectAsync(broker.Address);
        foreach (string state in (string[])[NodeStates.Starting, NodeStates.Warming, NodeStates.Ready])
        {
            connection.SetRetained(Names.Status, MessageJson.Write(new StatusDocument(state, "s")));
            await connection.FlushRetainedAsync().WaitAsync(TestSupport.Patience);
        }
        using var publisher = new FramePublisher(connection, Names.Output("front", OutputKind.Depth), ContentTypes.Of(PayloadEncoding.Raw), lossless: true);
        for (ulong sequence = 1; sequence <= 5; sequence++)
        {
            Publish(publisher, OutputKind.Depth, 64, 48, sequence);
        }
        Assert.Equal((0, 5), (publisher.Sent, publisher.Refused));
        foreach (string topic in (string[])[Names.Status, publisher.Topic])
        {
            Assert.Contains("access rules", Assert.Single(log, l => l.Contains($"'{topic}'", StringComparison.Ordinal)), StringComparison.Ordinal);
            Assert.Contains(topic, connection.Refused.Keys);
        }
        Assert.False((await BrokerSurvey.RunAsync(TestSupport.Options(broker.Address, "survey"), Names, 1_000_000)).ComesBack);
    }

    [Theory]
    [InlineData("retain_available false", false, 2)]
    [InlineData("max_qos 0", true, 0)]
    [InlineData("max_qos 1", true, 1)]
    public async Task A_broker_that_retains_nothing_or_takes_no_QoS_is_used_without(string line, bool retains, int qos)
    {
        using var broker = new ConfiguredBroker(line);
        (IMqttClient client, Channel<MqttApplicationMessage> inbox) = await TestSupport.ListenAsync(broker.Address, $"{Names.Root}/#");
        using (client)
        {
            await using MqttConnection connection = await ConnectAsync(broker.Address, new MqttWill(Names.Status, MessageJson.Write(new StatusDocument(NodeStates.Lost, "s"))));
            Assert.Equal((retains, qos), (connection.Limits!.RetainAvailable, connection.Limits.MaximumQos));
            connection.SetRetained(Names.Status, MessageJson.Write(new StatusDocument(NodeStates.Ready, "s")));
            await connection.FlushRetainedAsync().WaitAsync(TestSupport.Patience);
            Assert.Equal(Names.Status, (await TestSupport.NextAsync(inbox)).Topic);
            using var publisher = new FramePublisher(connection, Names.Output("front", OutputKind.Depth), ContentTypes.Of(PayloadEncoding.Raw));
            Publish(publisher, OutputKind.Depth, 64, 48, 1);
            Assert.Equal(publisher.Topic, (await TestSupport.NextAsync(inbox)).Topic);
            Assert.Equal((1, 1), (publisher.Sent, connection.ConnectCount));
            // The will still works.
            connection.Abort();
            MqttApplicationMessage will = await TestSupport.NextAsync(inbox);
            Assert.Equal(NodeStates.Lost, MessageJson.Read<StatusDocument>(will.Payload.FirstSpan).State);
        }
    }

    [Fact]
    public async Task A_broker_of_MQTT_3_1_1_is_spoken_to_in_its_own_protocol()
    {
        var server = await StartServerAsync(args =>
        {
            if (args.ProtocolVersion == MqttProtocolVersion.V500)
            {
                args.ReasonCode = MqttConnectReasonCode.UnsupportedProtocolVersion;
            }
        });
        using (server.Server)
        {
            await using MqttConnection connection = await ConnectAsync(server.Address);
            Assert.False(connection.Limits!.IsMqtt5);
            Assert.Contains(log, l => l.Contains("3.1.1", StringComparison.Ordinal));
            await using var robot = new PerceptionSubscriber(TestSupport.Options(server.Address, "robot"), Names, "front", OutputKind.Depth);
            await robot.StartAsync();
            connection.SetRetained(Names.Status, MessageJson.Write(new StatusDocument(NodeStates.Ready, "s")));
            using var publisher = new FramePublisher(connection, Names.Output("front", OutputKind.Depth), ContentTypes.Of(PayloadEncoding.Raw));
            Publish(publisher, OutputKind.Depth, 64, 48, 1);
            Assert.NotNull(await robot.TakeAsync(OutputKind.Depth, TestSupport.Patience));
            await TestSupport.EventuallyAsync(() => robot.Status?.State == NodeStates.Ready, "the status came");
        }
    }

    [Fact]
    public async Task The_broker_hears_from_us_as_often_as_it_asks_for()
    {
        using var broker = new ConfiguredBroker("max_keepalive 10");
        var options = new MqttConnectionOptions { Broker = broker.Address, ClientId = "idle", KeepAlive = TimeSpan.FromMinutes(1), Log = log.Enqueue };
        await using var connection = new MqttConnection(options);
        await connection.StartAsync();
        Assert.Equal(TimeSpan.FromSeconds(10), connection.Limits!.KeepAlive);
        // The broker throws out whom it has not heard for one and a half periods; MQTTnet alone would ping after a minute.
        await Task.Delay(TimeSpan.FromSeconds(17));
        Assert.True(connection.IsConnected && connection.ConnectCount == 1, string.Join('\n', log));
    }

    [Fact]
    public async Task Who_takes_our_session_is_named_and_not_fought_with()
    {
        // MQTTnet's broker says why it ends the connection; mosquitto 2.0 closes it without a word that arrives.
        (MqttServer server, BrokerAddress address) = await StartServerAsync(_ => { });
        using var _ = server;
        var options = new MqttConnectionOptions
        {
            Broker = address,
            ClientId = "twin",
            MinimumDelay = TimeSpan.FromMilliseconds(5),
            MaximumDelay = TimeSpan.FromMinutes(5),
            Log = log.Enqueue,
        };
        await using var first = new MqttConnection(options);
        await first.StartAsync();
        await using var second = new MqttConnection(new MqttConnectionOptions { Broker = address, ClientId = "twin" });
        await second.StartAsync();
        await TestSupport.EventuallyAsync(() => log.Any(l => l.StartsWith("Lost", StringComparison.Ordinal)), "the loss was told");
        Assert.True(log.Any(l => l.Contains("another client with the id 'twin'", StringComparison.Ordinal)), string.Join('\n', log));
        await Task.Delay(200);
        Assert.Equal((false, true, 1, 1), (first.IsConnected, second.IsConnected, first.ConnectCount, second.ConnectCount));
    }

    [Fact]
    public async Task A_node_of_the_same_name_counts_only_while_it_lives_and_stops_when_told()
    {
        using LocalBroker broker = LocalBroker.Start();
        string told = "";
        var node = new MqttConnection(TestSupport.Options(broker, "node"));
        node.Listen(Names.TakeOver, json =>
        {
            told = MessageJson.Read<StatusDocument>(json).Session;
            node.SetRetained(Names.Status, MessageJson.Write(new StatusDocument(NodeStates.Stopped, "first")));
        });
        await using (node)
        {
            await node.StartAsync();
            node.SetRetained(Names.Status, MessageJson.Write(new StatusDocument(NodeStates.Ready, "first", DateTimeOffset.UtcNow)));
            await node.FlushRetainedAsync();
            // A status that the broker kept, and nobody behind it.
            Assert.Null((await BrokerSurvey.RunAsync(TestSupport.Options(broker, "second"), Names, 100)).Occupant);
            // A start that lies hours ahead was written by a clock that has been put right since, or ours has not.
            foreach ((int minutes, string? occupant) in new[] { (180, null), (-180, null), (-1, "first") })
            {
                node.SetRetained(Names.Status, MessageJson.Write(new StatusDocument(NodeStates.Warming, "first", DateTimeOffset.UtcNow.AddMinutes(minutes))));
                await node.FlushRetainedAsync();
                Assert.Equal(occupant, (await BrokerSurvey.RunAsync(TestSupport.Options(broker, "second"), Names, 100)).Occupant?.Session);
            }
            node.SetRetained(Names.Status, MessageJson.Write(new StatusDocument(NodeStates.Ready, "first", DateTimeOffset.UtcNow)));
            using var stop = new CancellationTokenSource();
            Task beat = Task.Run(async () =>
            {
                while (!stop.IsCancellationRequested)
                {
                    node.TryPublish(Names.Health, MessageJson.Write(new HealthDocument("first", DateTimeOffset.UtcNow, [])));
                    await Task.Delay(50);
                }
            });
            Assert.Equal("first", (await BrokerSurvey.RunAsync(TestSupport.Options(broker, "second"), Names, 100)).Occupant?.Session);
            Assert.True(await BrokerSurvey.TakeOverAsync(TestSupport.Options(broker, "second"), Names, "second"));
            Assert.Equal("second", told);
            Assert.Null((await BrokerSurvey.RunAsync(TestSupport.Options(broker, "second"), Names, 100)).Occupant);
            await stop.CancelAsync();
            await beat;
        }
    }

    private static async Task<(MqttServer Server, BrokerAddress Address)> StartServerAsync(Action<ValidatingConnectionEventArgs> validate)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        MqttServer server = new MqttServerFactory().CreateMqttServer(
            new MqttServerOptionsBuilder().WithDefaultEndpoint().WithDefaultEndpointPort(port).WithDefaultEndpointBoundIPAddress(IPAddress.Loopback).Build());
        server.ValidatingConnectionAsync += args =>
        {
            validate(args);
            return Task.CompletedTask;
        };
        await server.StartAsync();
        return (server, new BrokerAddress("127.0.0.1", port));
    }

    private static void Publish(FramePublisher publisher, OutputKind kind, int width, int height, ulong sequence)
    {
        PayloadBuffer source = TestSupport.Encode(PayloadEncoding.Raw, TestSupport.Header(kind, width, height, sequence));
        publisher.Publish(source);
        Assert.True(publisher.WaitUntilIdle(TestSupport.Patience));
    }

    private async Task<MqttConnection> ConnectAsync(BrokerAddress broker, MqttWill? will = null)
    {
        var connection = new MqttConnection(new MqttConnectionOptions
        {
            Broker = broker,
            ClientId = "node",
            Will = will,
            MinimumDelay = TimeSpan.FromMilliseconds(20),
            MaximumDelay = TimeSpan.FromMilliseconds(100),
            Log = log.Enqueue,
        });
        await connection.StartAsync();
        return connection;
    }
}
