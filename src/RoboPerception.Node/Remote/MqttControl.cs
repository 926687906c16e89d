using System.Buffers;
using System.Text;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using MQTTnet;
using MQTTnet.Protocol;
using RoboPerception.Messaging;
using RoboPerception.Node.Configuration;
using RoboPerception.Node.Hosting;
using RoboPerception.Node.Logging;
using RoboPerception.Node.Pipeline;

namespace RoboPerception.Node.Remote;

/// <summary>
/// Control over MQTT: requests on <c>cmd/NAME</c>, answered at their Response Topic with their Correlation Data, and values on
/// <c>cam/C/PARAMETER/set</c>, which show as retained <c>state</c>.
/// </summary>
internal sealed class MqttControl(NodeSettings settings, NodeIdentity identity, BrokerService broker, PipelineService pipelines, RemoteParameters parameters, RemoteCommands commands, ILoggerFactory logs) : IHostedService, IDisposable
{
    private const int MostPending = 32;
    private const int MostTold = 32;
    private const int LongestTopic = 512;
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(5);

    private readonly Topics topics = identity.Topics;
    private readonly ILogger log = logs.CreateLogger(LogComponents.Remote);
    private readonly HashSet<string> told = [];
    private readonly CancellationTokenSource stopping = new();
    private int pending;

    /// <summary>Begins to listen; the parameters' states are those of this run.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (CameraPipeline camera in pipelines.Cameras)
        {
            foreach (RemoteParameter parameter in RemoteParameters.Of(camera))
            {
                Tell(camera, parameter);
            }
        }
        parameters.Changed += Tell;
        MqttConnection connection = broker.Connection;
        connection.MessageReceived += OnMessage;
        // As published: a request that its sender wants retained can be told from one that is none.
        connection.SetSubscribed(topics.Commands, MqttQualityOfServiceLevel.AtLeastOnce, wanted: true, retainAsPublished: true);
        connection.SetSubscribed(topics.Sets, MqttQualityOfServiceLevel.AtLeastOnce, wanted: true, retainAsPublished: true);
        return Task.CompletedTask;
    }

    /// <summary>Ends listening and lets what is under way be answered.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        MqttConnection connection = broker.Connection;
        connection.SetSubscribed(topics.Commands, MqttQualityOfServiceLevel.AtLeastOnce, wanted: false);
        connection.SetSubscribed(topics.Sets, MqttQualityOfServiceLevel.AtLeastOnce, wanted: false);
        connection.MessageReceived -= OnMessage;
        parameters.Changed -= Tell;
        await stopping.CancelAsync().ConfigureAwait(false);
        long until = Environment.TickCount64 + (long)Farewell.TotalMilliseconds;
        while (Volatile.Read(ref pending) > 0 && Environment.TickCount64 < until)
        {
            await Task.Delay(10, CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => stopping.Dispose();

    private void Tell(CameraPipeline camera, RemoteParameter parameter) =>
        broker.Connection.SetRetained(topics.State(camera.Camera.Id, parameter.Name), Encoding.UTF8.GetBytes(parameter.Read(camera)), "text/plain");

    /// <summary>On the connection's own thread: nothing is done here but to look.</summary>
    private void OnMessage(MqttApplicationMessage message)
    {
        string topic = message.Topic;
        bool isCommand = topic.StartsWith($"{topics.Root}/cmd/", StringComparison.Ordinal) && topic != topics.TakeOver;
        bool isSet = topic.StartsWith($"{topics.Root}/cam/", StringComparison.Ordinal) && topic.EndsWith("/set", StringComparison.Ordinal);
        if (!isCommand && !isSet)
        {
            return;
        }
        if (message.Retain)
        {
            if (!message.Payload.IsEmpty)
            {
                Once(topic, $"a retained message on '{topic}' is ignored: a request holds once, and not again for every start; clear it with an empty retained message, and send requests without retain");
            }
            return;
        }
        if (Interlocked.Increment(ref pending) > MostPending)
        {
            Interlocked.Decrement(ref pending);
            Once("flood", $"more than {MostPending} requests at once: the rest is dropped without an answer");
            return;
        }
        long length = message.Payload.Length;
        byte[] payload = length <= RemoteCommands.MaximumBytes ? message.Payload.ToArray() : [];
        _ = Task.Run(() => ServeAsync(message, isCommand, payload, length));
    }

    private async Task ServeAsync(MqttApplicationMessage message, bool isCommand, byte[] payload, long length)
    {
        try
        {
            string? noAnswer = WhyNoAnswer(message.ResponseTopic);
            if (noAnswer is not null && (isCommand || message.ResponseTopic is { Length: > 0 }))
            {
                // Where nobody can be told what came of it, it is not begun.
                Once($"{message.Topic} {noAnswer}", $"a request on '{message.Topic}' is refused, and cannot be answered: {noAnswer}");
                return;
            }
            RemoteAnswer answer = await AnswerAsync(message.Topic, isCommand, payload, length).ConfigureAwait(false);
            if (noAnswer is not null)
            {
                return;
            }
            if (broker.Connection.WhyAnswerTooLarge(message, answer.Payload.Length) is { } tooLarge)
            {
                answer = RemoteAnswer.Refused($"the answer is too large for the broker: {tooLarge}");
            }
            if (await broker.Connection.AnswerAsync(message, answer.Payload, answer.ContentType, CancellationToken.None).ConfigureAwait(false) is { } untaken)
            {
                Once(message.ResponseTopic, untaken);
            }
        }
        finally
        {
            Interlocked.Decrement(ref pending);
        }
    }

    private Task<RemoteAnswer> AnswerAsync(string topic, bool isCommand, byte[] payload, long length)
    {
        string[] levels = topic[(topics.Root.Length + 1)..].Split('/');
        try
        {
            RemoteCommands.RequireSize(length);
            return isCommand
                ? commands.RunAsync(levels[^1], payload, "mqtt", stopping.Token)
                : commands.SetAsync(levels[1], levels[2], Encoding.UTF8.GetString(payload).Trim(), "mqtt", stopping.Token);
        }
        catch (RemoteRefusal e)
        {
            return Task.FromResult(RemoteAnswer.Refused(e.Message));
        }
    }

    /// <summary>
    /// Why an answer may not go where the request says; null if it may. The node may write where the request's sender may not, so it does not
    /// lend its hand: not to what nodes publish, and not to what Home Assistant takes for true.
    /// </summary>
    private string? WhyNoAnswer(string? topic)
    {
        if (string.IsNullOrEmpty(topic))
        {
            return "it has no Response Topic (MQTT 5)";
        }
        if (topic.Length > LongestTopic || topic.AsSpan().IndexOfAny("+#") >= 0 || topic[0] == '$' || topic.Any(char.IsControl))
        {
            return "its Response Topic is no plain topic";
        }
        return IsBelow($"{topics.Prefix}/{Topics.Version}") || (settings.HomeAssistant is { } prefix && IsBelow(prefix))
            ? "its Response Topic is one of those that nodes publish"
            : null;

        bool IsBelow(string root) => topic == root || topic.StartsWith(root + "/", StringComparison.Ordinal);
    }

    /// <summary>Says a thing once; after so many different ones nothing more, because strangers choose the words.</summary>
    private void Once(string key, string line)
    {
        lock (told)
        {
            if (told.Count >= MostTold || !told.Add(key))
            {
                return;
            }
        }
        log.LogWarning("{Reason}", string.Concat(line.Select(c => char.IsControl(c) ? '?' : c)));
    }
}
