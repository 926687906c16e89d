using System.Threading.Channels;
using MQTTnet;
using MQTTnet.Protocol;

namespace RoboPerception.Stack.Tests.Mqtt;

/// <summary>Clients that are disposed with the test, and inboxes to wait on.</summary>
public abstract class MqttTestBase : IDisposable
{
    protected static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly List<IDisposable> _owned = [];

    public void Dispose()
    {
        foreach (IDisposable owned in Enumerable.Reverse(_owned))
        {
            owned.Dispose();
        }

        GC.SuppressFinalize(this);
    }

    protected T Own<T>(T owned)
        where T : IDisposable
    {
        _owned.Add(owned);
        return owned;
    }

    protected IMqttClient NewClient() => Own(new MqttClientFactory().CreateMqttClient());

    protected static MqttClientOptionsBuilder OptionsFor(int port, string host = "127.0.0.1") =>
        new MqttClientOptionsBuilder().WithTcpServer(host, port).WithTimeout(TimeSpan.FromSeconds(15));

    protected async Task<IMqttClient> ConnectedClientAsync(int port, Action<MqttClientOptionsBuilder>? configure = null)
    {
        IMqttClient client = NewClient();
        MqttClientOptionsBuilder options = OptionsFor(port);
        configure?.Invoke(options);
        MqttClientConnectResult result = await client.ConnectAsync(options.Build());
        Assert.Equal(MqttClientConnectResultCode.Success, result.ResultCode);
        return client;
    }

    protected async Task<Channel<MqttApplicationMessage>> InboxAsync(int port, string filter, MqttQualityOfServiceLevel qos = MqttQualityOfServiceLevel.AtLeastOnce)
    {
        var inbox = Channel.CreateUnbounded<MqttApplicationMessage>();
        IMqttClient client = await ConnectedClientAsync(port);
        client.ApplicationMessageReceivedAsync += args => inbox.Writer.WriteAsync(args.ApplicationMessage).AsTask();
        await client.SubscribeAsync(filter, qos);
        return inbox;
    }

    protected static async Task<MqttApplicationMessage> NextAsync(Channel<MqttApplicationMessage> inbox) =>
        await inbox.Reader.ReadAsync().AsTask().WaitAsync(Patience);
}
