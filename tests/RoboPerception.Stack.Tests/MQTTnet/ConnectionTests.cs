using System.Net.Sockets;
using System.Threading.Channels;
using MQTTnet;
using MQTTnet.Exceptions;
using MQTTnet.Protocol;

namespace RoboPerception.Stack.Tests.Mqtt;

public sealed class ConnectionTests : MqttTestBase
{
    [Fact]
    public async Task A_wrong_password_is_a_result_and_not_an_exception()
    {
        TestBroker broker = Own(TestBroker.Start(login: ("robot", "right")));
        IMqttClient client = NewClient();
        TaskCompletionSource<MqttClientDisconnectedEventArgs> disconnected = Disconnected(client);
        MqttClientConnectResult result = await client.ConnectAsync(OptionsFor(broker.Port).WithCredentials("robot", "wrong").Build());
        Assert.Equal(MqttClientConnectResultCode.NotAuthorized, result.ResultCode);
        Assert.False(client.IsConnected);
        Assert.False((await disconnected.Task.WaitAsync(Patience)).ClientWasConnected);

        result = await client.ConnectAsync(OptionsFor(broker.Port).WithCredentials("robot", "right").Build());
        Assert.Equal(MqttClientConnectResultCode.Success, result.ResultCode);
    }

    [Fact]
    public async Task A_refused_connection_is_a_communication_exception_with_its_cause()
    {
        IMqttClient client = NewClient();
        MqttCommunicationException exception = await Assert.ThrowsAnyAsync<MqttCommunicationException>(() => client.ConnectAsync(OptionsFor(TestBroker.FreePort()).Build()));
        Assert.Equal(SocketError.ConnectionRefused, Assert.IsType<SocketException>(exception.InnerException).SocketErrorCode);
        Assert.False(client.IsConnected);
    }

    [Fact]
    public async Task A_silent_server_ends_in_a_time_out_and_the_client_can_be_used_again()
    {
        using var silent = new TcpListener(System.Net.IPAddress.Loopback, 0);
        silent.Start();
        IMqttClient client = NewClient();
        MqttClientOptions options = OptionsFor(((System.Net.IPEndPoint)silent.LocalEndpoint).Port).WithTimeout(TimeSpan.FromMilliseconds(200)).Build();
        await Assert.ThrowsAsync<MqttCommunicationTimedOutException>(() => client.ConnectAsync(options));

        TestBroker broker = Own(TestBroker.Start());
        Assert.Equal(MqttClientConnectResultCode.Success, (await client.ConnectAsync(OptionsFor(broker.Port).Build())).ResultCode);
    }

    [Fact]
    public async Task A_client_that_vanishes_leaves_its_will_and_one_that_says_goodbye_does_not()
    {
        TestBroker broker = Own(TestBroker.Start());
        Channel<MqttApplicationMessage> inbox = await InboxAsync(broker.Port, "status/#");
        IMqttClient polite = await ConnectedClientAsync(broker.Port, o => o.WithWillTopic("status/polite").WithWillPayload("lost"));
        await polite.DisconnectAsync();
        IMqttClient abrupt = await ConnectedClientAsync(
            broker.Port, o => o.WithWillTopic("status/abrupt").WithWillPayload("lost").WithWillRetain().WithWillQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce));
        abrupt.Dispose();
        MqttApplicationMessage will = await NextAsync(inbox);
        Assert.Equal("status/abrupt", will.Topic);
        Assert.Equal("lost", will.ConvertPayloadToString());
    }

    [Fact]
    public async Task A_lost_broker_is_reported_once_and_the_client_reconnects()
    {
        TestBroker broker = Own(TestBroker.Start());
        IMqttClient client = await ConnectedClientAsync(broker.Port);
        TaskCompletionSource<MqttClientDisconnectedEventArgs> disconnected = Disconnected(client);
        broker.Kill();
        MqttClientDisconnectedEventArgs args = await disconnected.Task.WaitAsync(Patience);
        Assert.True(args.ClientWasConnected);
        Assert.IsAssignableFrom<MqttCommunicationException>(args.Exception);
        await Assert.ThrowsAsync<MqttClientNotConnectedException>(() => client.PublishStringAsync("t", "x"));

        Own(TestBroker.Start(broker.Port));
        Assert.Equal(MqttClientConnectResultCode.Success, (await client.ConnectAsync(client.Options)).ResultCode);
        Assert.True((await client.PublishStringAsync("t", "x", MqttQualityOfServiceLevel.AtLeastOnce)).IsSuccess);
    }

    [Theory]
    [InlineData(0x8E, MqttClientDisconnectReason.SessionTakenOver)]
    [InlineData(0x8B, MqttClientDisconnectReason.ServerShuttingDown)]
    public async Task The_brokers_reason_for_ending_a_connection_is_passed_on(byte code, MqttClientDisconnectReason expected)
    {
        // mosquitto 2.0.11 closes the socket without a reason, so the packets come from a bare socket: CONNACK, then DISCONNECT.
        using var server = new TcpListener(System.Net.IPAddress.Loopback, 0);
        server.Start();
        IMqttClient client = NewClient();
        TaskCompletionSource<MqttClientDisconnectedEventArgs> disconnected = Disconnected(client);
        Task<MqttClientConnectResult> connecting = client.ConnectAsync(OptionsFor(((System.Net.IPEndPoint)server.LocalEndpoint).Port).Build());
        using Socket socket = await server.AcceptSocketAsync().WaitAsync(Patience);
        await socket.ReceiveAsync(new byte[1024]);
        await socket.SendAsync(new byte[] { 0x20, 3, 0, 0, 0 });
        Assert.Equal(MqttClientConnectResultCode.Success, (await connecting.WaitAsync(Patience)).ResultCode);
        await socket.SendAsync(new byte[] { 0xE0, 2, code, 0 });
        MqttClientDisconnectedEventArgs args = await disconnected.Task.WaitAsync(Patience);
        Assert.True(args.ClientWasConnected);
        Assert.Equal(expected, args.Reason);
    }

    [Fact]
    public async Task Misuse_is_an_exception_and_never_a_crash()
    {
        TestBroker broker = Own(TestBroker.Start());
        IMqttClient client = await ConnectedClientAsync(broker.Port);
        await Assert.ThrowsAsync<InvalidOperationException>(() => client.ConnectAsync(client.Options));
        client.Dispose();
        client.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => client.PublishStringAsync("t", "x"));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => client.ConnectAsync(client.Options));
        await Assert.ThrowsAsync<MqttClientNotConnectedException>(() => NewClient().PublishStringAsync("t", "x"));
        Assert.Throws<InvalidOperationException>(() => new MqttClientOptionsBuilder().Build());
    }

    [Fact]
    public async Task A_handler_that_throws_costs_neither_the_connection_nor_the_next_message()
    {
        TestBroker broker = Own(TestBroker.Start());
        IMqttClient client = await ConnectedClientAsync(broker.Port);
        var seen = new TaskCompletionSource<string>();
        client.ApplicationMessageReceivedAsync += args =>
            args.ApplicationMessage.ConvertPayloadToString() == "bad" ? throw new InvalidOperationException("handler") : Task.FromResult(seen.TrySetResult("good"));
        await client.SubscribeAsync("t");
        await client.PublishStringAsync("t", "bad");
        await client.PublishStringAsync("t", "good");
        Assert.Equal("good", await seen.Task.WaitAsync(Patience));
        Assert.True(client.IsConnected);
    }

    [Fact]
    public async Task A_handler_may_subscribe_and_publish_while_it_handles_a_message()
    {
        TestBroker broker = Own(TestBroker.Start());
        IMqttClient client = await ConnectedClientAsync(broker.Port);
        var answer = new TaskCompletionSource<string>();
        client.ApplicationMessageReceivedAsync += async args =>
        {
            if (args.ApplicationMessage.Topic == "question")
            {
                await client.SubscribeAsync("answer");
                await client.PublishStringAsync("answer", "42", MqttQualityOfServiceLevel.AtLeastOnce);
            }
            else
            {
                answer.TrySetResult(args.ApplicationMessage.ConvertPayloadToString());
            }
        };
        await client.SubscribeAsync("question", MqttQualityOfServiceLevel.AtLeastOnce);
        await client.PublishStringAsync("question", "?", MqttQualityOfServiceLevel.AtLeastOnce);
        Assert.Equal("42", await answer.Task.WaitAsync(Patience));
    }

    [Fact]
    public async Task An_unsubscribed_topic_is_silent_and_results_name_each_filter()
    {
        TestBroker broker = Own(TestBroker.Start());
        IMqttClient client = await ConnectedClientAsync(broker.Port);
        var seen = Channel.CreateUnbounded<string>();
        client.ApplicationMessageReceivedAsync += args => seen.Writer.WriteAsync(args.ApplicationMessage.Topic).AsTask();
        MqttClientSubscribeResult subscribed = await client.SubscribeAsync(new MqttClientSubscribeOptionsBuilder()
            .WithTopicFilter("a").WithTopicFilter(f => f.WithTopic("b").WithAtLeastOnceQoS()).Build());
        Assert.Equal([("a", MqttClientSubscribeResultCode.GrantedQoS0), ("b", MqttClientSubscribeResultCode.GrantedQoS1)], subscribed.Items.Select(i => (i.TopicFilter.Topic, i.ResultCode)));
        MqttClientUnsubscribeResult unsubscribed = await client.UnsubscribeAsync("a");
        Assert.Equal("a", Assert.Single(unsubscribed.Items).TopicFilter);
        await client.PublishStringAsync("a", "x");
        await client.PublishStringAsync("b", "x");
        Assert.Equal("b", await seen.Reader.ReadAsync().AsTask().WaitAsync(Patience));
    }

    private static TaskCompletionSource<MqttClientDisconnectedEventArgs> Disconnected(IMqttClient client)
    {
        var source = new TaskCompletionSource<MqttClientDisconnectedEventArgs>(TaskCreationOptions.RunContinuationsAsynchronously);
        client.DisconnectedAsync += args =>
        {
            source.TrySetResult(args);
            return Task.CompletedTask;
        };
        return source;
    }
}
