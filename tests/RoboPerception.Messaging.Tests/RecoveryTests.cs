using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Threading.Channels;
using MQTTnet;
using MQTTnet.Protocol;
using RoboPerception.Core;

namespace RoboPerception.Messaging.Tests;

public sealed class RecoveryTests
{
    private static readonly Topics Names = new("roboperception", "n");

    [Theory]
    [InlineData("::1")] // refuses: the broker listens on IPv4 alone
    [InlineData("100::5")] // belongs to nobody
    [InlineData("192.0.2.7")]
    public async Task A_broker_is_reached_by_the_address_of_its_name_that_works(string other)
    {
        using LocalBroker broker = LocalBroker.Start();
        var streams = new SocketStreams(65536, (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse(other), IPAddress.Loopback]));
        using var limit = new CancellationTokenSource(TestSupport.Patience);
        await using Stream stream = await streams.ConnectAsync(new DnsEndPoint("broker", broker.Address.Port), limit.Token);
        Assert.True(stream.CanWrite);
    }

    /// <summary>Publishing goes on, and every write succeeds: only that no ping is answered tells that nobody hears it.</summary>
    [Fact]
    public async Task A_connection_that_a_firewall_forgot_is_left_for_a_new_one_while_frames_are_published()
    {
        using LocalBroker broker = LocalBroker.Start();
        await using var proxy = new StallingProxy(broker.Address);
        await using var connection = new MqttConnection(new MqttConnectionOptions
        {
            Broker = proxy.Address,
            ClientId = "node",
            KeepAlive = TimeSpan.FromSeconds(1),
            MinimumDelay = TimeSpan.FromMilliseconds(20),
            MaximumDelay = TimeSpan.FromMilliseconds(100),
        });
        await connection.StartAsync();
        await TestSupport.EventuallyAsync(() => connection.IsConnected, "connected");
        using var publisher = new FramePublisher(connection, Names.Output("front", OutputKind.Depth), ContentTypes.Of(PayloadEncoding.Raw));
        await using var subscriber = new PerceptionSubscriber(TestSupport.Options(broker, "robot"), Names, "front", OutputKind.Depth);
        await subscriber.StartAsync();
        proxy.Forget();
        ulong sequence = 0;
        await TestSupport.EventuallyAsync(
            () =>
            {
                Publish(publisher, ++sequence);
                return subscriber.Received(OutputKind.Depth) > 0;
            },
            "a frame came through a new connection");
    }

    /// <summary>MQTTnet tells a ping or a message that was given up as one that timed out.</summary>
    [Fact]
    public async Task What_waits_for_a_network_that_stalls_can_be_given_up()
    {
        using LocalBroker broker = LocalBroker.Start();
        await using var proxy = new StallingProxy(broker.Address);
        var connection = new MqttConnection(new MqttConnectionOptions { Broker = proxy.Address, ClientId = "node", KeepAlive = TimeSpan.FromSeconds(2) });
        await connection.StartAsync();
        proxy.Forget();
        using var impatience = new CancellationTokenSource(TimeSpan.FromMilliseconds(1200));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connection.PublishAsync("topic", [1], impatience.Token));
        // Its ping, sent after half of the period, waits as well.
        await connection.DisposeAsync();
        Assert.False(connection.IsConnected);
    }

    [Fact]
    public async Task A_broker_that_was_killed_and_restarted_has_every_retained_topic_again_and_frames_flow()
    {
        LocalBroker broker = LocalBroker.Start();
        BrokerAddress address = broker.Address;
        await using var connection = new MqttConnection(TestSupport.Options(address, "node"));
        await connection.StartAsync();
        using var publisher = new FramePublisher(connection, Names.Output("front", OutputKind.Depth), ContentTypes.Of(PayloadEncoding.Raw));
        await using var subscriber = new PerceptionSubscriber(TestSupport.Options(address, "robot"), Names, "front", OutputKind.Depth);
        await subscriber.StartAsync();
        connection.SetRetained(Names.Status, MessageJson.Write(new StatusDocument(NodeStates.Starting, "s")));
        connection.SetRetained(Names.Labels("front"), MessageJson.Write(LabelsDocument.Of(ClassMap.Nyu13)));
        connection.SetRetained(Names.Status, MessageJson.Write(new StatusDocument(NodeStates.Ready, "s")));
        await connection.FlushRetainedAsync();
        Publish(publisher, 1);
        Assert.NotNull(await subscriber.TakeAsync(OutputKind.Depth, TestSupport.Patience));
        Publish(publisher, 2);
        await TestSupport.EventuallyAsync(() => subscriber.Received(OutputKind.Depth) == 2, "frame 2 waits in the slot");

        Process.GetProcessById(broker.ProcessId).Kill();
        await TestSupport.EventuallyAsync(() => broker.HasExited && !connection.IsConnected && !subscriber.IsConnected, "both noticed");
        Publish(publisher, 3);
        await TestSupport.EventuallyAsync(() => publisher.DroppedWhileDisconnected == 1, "a frame without a broker is dropped");
        broker.Dispose();
        using LocalBroker restarted = LocalBroker.Start(port: address.Port);
        await TestSupport.EventuallyAsync(() => connection.IsConnected && subscriber.IsConnected, "both came back");
        await connection.FlushRetainedAsync().WaitAsync(TestSupport.Patience);

        // Frame 2 was in the slot when the broker died, frame 3 was never sent: neither may be served as live now.
        Assert.Null(await subscriber.TakeAsync(OutputKind.Depth, TimeSpan.FromMilliseconds(50)));
        for (ulong sequence = 4; subscriber.Received(OutputKind.Depth) == 2; sequence++)
        {
            Publish(publisher, sequence);
            await Task.Delay(20);
        }
        Assert.True((await subscriber.TakeAsync(OutputKind.Depth, TestSupport.Patience))!.Header.Sequence >= 4);

        (IMqttClient late, Channel<MqttApplicationMessage> inbox) = await TestSupport.ListenAsync(address, $"{Names.Root}/#");
        using (late)
        {
            List<MqttApplicationMessage> retained = [await TestSupport.NextAsync(inbox), await TestSupport.NextAsync(inbox)];
            Assert.All(retained, m => Assert.True(m.Retain));
            MqttApplicationMessage status = retained.Single(m => m.Topic == Names.Status);
            Assert.Equal(NodeStates.Ready, MessageJson.Read<StatusDocument>(status.Payload.FirstSpan).State);
            Assert.Contains(retained, m => m.Topic == Names.Labels("front"));
        }
        Assert.Equal(2, connection.ConnectCount);
    }

    [Fact]
    public async Task A_process_that_is_killed_leaves_its_will_and_one_that_stops_says_so()
    {
        using LocalBroker broker = LocalBroker.Start();
        var child = new Topics("roboperception", "child");
        (IMqttClient client, Channel<MqttApplicationMessage> inbox) = await TestSupport.ListenAsync(broker.Address, $"{child.Root}/#");
        using (client)
        {
            using Process process = TestSupport.StartChild("client", broker.Address.Port.ToString(CultureInfo.InvariantCulture));
            Assert.Equal("ready", await process.StandardOutput.ReadLineAsync().WaitAsync(TestSupport.Patience));
            Assert.Equal(NodeStates.Ready, State(await TestSupport.NextAsync(inbox)));
            process.Kill();
            Assert.Equal(NodeStates.Lost, State(await TestSupport.NextAsync(inbox)));

            byte[] will = MessageJson.Write(new StatusDocument(NodeStates.Lost, "s2"));
            await using var polite = new MqttConnection(TestSupport.Options(broker, "polite", new MqttWill(child.Status, will)));
            await polite.StartAsync();
            polite.SetRetained(child.Status, MessageJson.Write(new StatusDocument(NodeStates.Ready, "s2")));
            await polite.StopAsync(child.Status, MessageJson.Write(new StatusDocument(NodeStates.Stopped, "s2")));
            string last = "";
            while (last != NodeStates.Stopped)
            {
                last = State(await TestSupport.NextAsync(inbox));
                Assert.NotEqual(NodeStates.Lost, last);
            }

            // Anything the broker would still say about the polite client comes before this.
            await client.PublishStringAsync($"{child.Root}/end", "end", MqttQualityOfServiceLevel.AtLeastOnce);
            Assert.Equal($"{child.Root}/end", (await TestSupport.NextAsync(inbox)).Topic);
        }
    }

    [Fact]
    public async Task An_unreachable_broker_is_waited_for_unless_failing_fast_was_asked_for()
    {
        var address = new BrokerAddress("127.0.0.1", LocalBroker.FreePort());
        await using var failing = new MqttConnection(new MqttConnectionOptions { Broker = address, ClientId = "c", FailFast = true });
        UserErrorException exception = await Assert.ThrowsAsync<UserErrorException>(() => failing.StartAsync());
        Assert.Equal(ExitCode.Broker, exception.ExitCode);
        Assert.Contains(address.ToString(), exception.Message, StringComparison.Ordinal);

        await using var waiting = new MqttConnection(TestSupport.Options(address, "w"));
        await waiting.StartAsync();
        Assert.False(waiting.IsConnected);
        Assert.False(waiting.TryPublish(Names.Metrics, "{}"u8.ToArray()));
        using LocalBroker broker = LocalBroker.Start(port: address.Port);
        await TestSupport.EventuallyAsync(() => waiting.IsConnected, "connected once the broker was there");
        Assert.True(waiting.TryPublish(Names.Metrics, "{}"u8.ToArray()));
    }

    [Fact]
    public async Task A_wrong_password_ends_with_exit_code_5_and_is_not_repeated()
    {
        using var broker = new SecuredBroker("robot", "right-secret", null);
        string file = Path.Combine(broker.Folder, "password");
        File.WriteAllText(file, "wrong-secret\n");
        BrokerAddress address = broker.Address with { UserName = "robot" };
        var log = new List<string>();
        await using var connection = new MqttConnection(new MqttConnectionOptions { Broker = address, ClientId = "c", PasswordFile = file, Log = log.Add });
        UserErrorException exception = await Assert.ThrowsAsync<UserErrorException>(() => connection.StartAsync());
        Assert.Equal(ExitCode.Broker, exception.ExitCode);
        Assert.Contains("password", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong-secret", exception + string.Join('\n', log), StringComparison.Ordinal);

        File.WriteAllText(file, "right-secret\n");
        await using var right = new MqttConnection(new MqttConnectionOptions { Broker = address, ClientId = "c2", PasswordFile = file });
        await right.StartAsync();
        Assert.True(right.IsConnected);
    }

    [Fact]
    public async Task TLS_needs_an_authority_that_is_trusted_and_never_goes_on_without()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(5));
        using var broker = new SecuredBroker("robot", "secret", (certificate, key));
        var address = new BrokerAddress("localhost", broker.Address.Port, Tls: true, "robot");
        await using var trusting = new MqttConnection(new MqttConnectionOptions { Broker = address, ClientId = "a", Password = "secret", CaFile = broker.CertificateFile });
        await trusting.StartAsync();
        Assert.True(trusting.IsConnected);

        await using var doubting = new MqttConnection(new MqttConnectionOptions { Broker = address, ClientId = "b", Password = "secret" });
        UserErrorException exception = await Assert.ThrowsAsync<UserErrorException>(() => doubting.StartAsync());
        Assert.Equal(ExitCode.Broker, exception.ExitCode);
        Assert.Contains("CA file", exception.Message, StringComparison.Ordinal);

        BrokerAddress otherName = address with { Host = "127.0.0.1" };
        await using var elsewhere = new MqttConnection(new MqttConnectionOptions { Broker = otherName, ClientId = "d", Password = "secret", CaFile = broker.CertificateFile });
        await Assert.ThrowsAsync<UserErrorException>(() => elsewhere.StartAsync());
    }

    [Fact]
    public void Options_that_cannot_work_are_refused_before_anything_is_opened()
    {
        BrokerAddress anonymous = new("h", 1);
        Assert.Contains("user", Refused(new() { Broker = anonymous, ClientId = "c", Password = "p" }), StringComparison.Ordinal);
        Assert.Contains("mqtts://", Refused(new() { Broker = anonymous, ClientId = "c", CaFile = "/x" }), StringComparison.Ordinal);
        Assert.Contains("/not/there", Refused(new() { Broker = anonymous with { Tls = true }, ClientId = "c", CaFile = "/not/there" }), StringComparison.Ordinal);
        Assert.Contains("/not/there", Refused(new() { Broker = anonymous with { UserName = "u" }, ClientId = "c", PasswordFile = "/not/there" }), StringComparison.Ordinal);
    }

    private static string Refused(MqttConnectionOptions options)
    {
        UserErrorException exception = Assert.Throws<UserErrorException>(() => new MqttConnection(options));
        Assert.Equal(ExitCode.Usage, exception.ExitCode);
        return exception.Message;
    }

    private static void Publish(FramePublisher publisher, ulong sequence)
    {
        var encoder = new PayloadEncoder(OutputKind.Depth, PayloadEncoding.Raw);
        PayloadBuffer buffer = publisher.Rent();
        encoder.EncodeDepth(TestSupport.Header(OutputKind.Depth, 8, 4, sequence), new float[32], buffer);
        publisher.Publish(buffer);
    }

    private static string State(MqttApplicationMessage message) => MessageJson.Read<StatusDocument>(message.Payload.FirstSpan).State;
}
