using System.Buffers;
using MQTTnet;
using RoboPerception.Core;

namespace RoboPerception.Messaging;

/// <summary>Requests of others and the answers to them (MQTT 5: Response Topic, Correlation Data).</summary>
public sealed partial class MqttConnection
{
    /// <summary>Seconds after which nobody waits for an answer any more.</summary>
    private const uint AnswerExpirySeconds = 60;

    /// <summary>The reason if an answer cannot pass the broker's limit, else null.</summary>
    internal string? WhyAnswerTooLarge(MqttApplicationMessage request, int bytes) => WhyTooLarge(request.ResponseTopic, bytes + (request.CorrelationData?.Length ?? 0));

    /// <summary>Answers a request at QoS 1, never retained. Returns why the broker did not take it, in words; null if it did, or was lost meanwhile.</summary>
    /// <param name="request">The request: where its answer goes, and what tells its sender that it is the answer.</param>
    /// <param name="payload">The answer.</param>
    /// <param name="contentType">MQTT 5 Content Type.</param>
    /// <param name="cancellationToken">Ends the waiting for the broker.</param>
    internal async Task<string?> AnswerAsync(MqttApplicationMessage request, byte[] payload, string contentType, CancellationToken cancellationToken)
    {
        MqttApplicationMessage answer = Document(request.ResponseTopic, payload, retain: false);
        (answer.ContentType, answer.CorrelationData, answer.MessageExpiryInterval) = (contentType, request.CorrelationData, AnswerExpirySeconds);
        try
        {
            MqttClientPublishResult result = await Client.PublishAsync(answer, cancellationToken).ConfigureAwait(false);
            return result.IsSuccess ? null : RefusalOf(request.ResponseTopic, ReasonWords.Of(result.ReasonCode, payload.Length));
        }
        catch (Exception exception) when (ConnectionLoss.Is(exception))
        {
            return null;
        }
    }
}
