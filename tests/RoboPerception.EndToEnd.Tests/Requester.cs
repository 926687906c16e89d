using System.Buffers;
using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using MQTTnet;
using MQTTnet.Protocol;

namespace RoboPerception.EndToEnd.Tests;

/// <summary>Somebody else's program that asks a node for something, as MQTT 5 has it: Response Topic, Correlation Data.</summary>
internal sealed class Requester : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly IMqttClient client = new MqttClientFactory().CreateMqttClient();
    private readonly ConcurrentDictionary<string, TaskCompletionSource<MqttApplicationMessage>> waiting = new();
    private readonly string root;
    private readonly string replies;

    private Requester(string root, string id) => (this.root, replies) = (root, $"replies/{id}/answer");

    public static async Task<Requester> ConnectAsync(int port, string root = "roboperception/v1/e2e", string id = "planner", string? user = null, string? password = null)
    {
        var requester = new Requester(root, id);
        requester.client.ApplicationMessageReceivedAsync += args =>
        {
            MqttApplicationMessage m = args.ApplicationMessage;
            // The payload is lent for the call.
            m.Payload = new ReadOnlySequence<byte>(m.Payload.ToArray());
            if (m.CorrelationData is { } correlation && requester.waiting.TryRemove(Convert.ToHexString(correlation), out TaskCompletionSource<MqttApplicationMessage>? asked))
            {
                asked.SetResult(m);
            }
            return Task.CompletedTask;
        };
        MqttClientOptionsBuilder options = new MqttClientOptionsBuilder().WithTcpServer("127.0.0.1", port).WithProtocolVersion(MQTTnet.Formatter.MqttProtocolVersion.V500).WithClientId(id);
        await requester.client.ConnectAsync((user is null ? options : options.WithCredentials(user, password)).Build(), CancellationToken.None);
        await requester.client.SubscribeAsync(new MqttClientSubscribeOptionsBuilder().WithTopicFilter(requester.replies, MqttQualityOfServiceLevel.AtLeastOnce).Build(), CancellationToken.None);
        return requester;
    }

    /// <summary>The answer to a request; with what belongs to it checked.</summary>
    public async Task<MqttApplicationMessage> AskAsync(string topic, string payload)
    {
        byte[] correlation = Guid.NewGuid().ToByteArray();
        var answer = new TaskCompletionSource<MqttApplicationMessage>(TaskCreationOptions.RunContinuationsAsynchronously);
        waiting[Convert.ToHexString(correlation)] = answer;
        await SendAsync(topic, payload, replies, correlation);
        MqttApplicationMessage message = await answer.Task.WaitAsync(Patience);
        Assert.False(message.Retain);
        Assert.Equal(replies, message.Topic);
        return message;
    }

    /// <summary>The answer as JSON.</summary>
    public async Task<JsonElement> JsonAsync(string topic, string payload)
    {
        MqttApplicationMessage message = await AskAsync(topic, payload);
        Assert.Equal("application/json", message.ContentType);
        return JsonSerializer.Deserialize<JsonElement>(message.Payload.ToArray());
    }

    /// <summary>What a request was fulfilled with.</summary>
    public async Task<JsonElement> FulfilledAsync(string topic, string payload)
    {
        JsonElement answer = await JsonAsync(topic, payload);
        Assert.True(answer.GetProperty("ok").GetBoolean(), answer.GetRawText());
        return answer;
    }

    /// <summary>Why a request was refused.</summary>
    public async Task<string> RefusalAsync(string topic, string payload)
    {
        JsonElement answer = await JsonAsync(topic, payload);
        Assert.False(answer.GetProperty("ok").GetBoolean(), answer.GetRawText());
        return answer.GetProperty("reason").GetString()!;
    }

    /// <summary>Publishes something and does not wait for an answer; true if the broker took it.</summary>
    public async Task<bool> SendAsync(string topic, string payload, string? responseTopic = null, byte[]? correlation = null, bool retain = false)
    {
        MqttClientPublishResult result = await client.PublishAsync(new MqttApplicationMessage
        {
            Topic = $"{root}/{topic}",
            Payload = new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(payload)),
            QualityOfServiceLevel = MqttQualityOfServiceLevel.AtLeastOnce,
            ResponseTopic = responseTopic,
            CorrelationData = correlation,
            Retain = retain,
        });
        return result.IsSuccess;
    }

    public async ValueTask DisposeAsync()
    {
        await client.TryDisconnectAsync();
        client.Dispose();
    }
}
