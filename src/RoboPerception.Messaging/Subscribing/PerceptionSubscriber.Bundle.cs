using System.Buffers;
using MQTTnet;
using MQTTnet.Protocol;
using RoboPerception.Core;

namespace RoboPerception.Messaging;

/// <summary>All outputs of a frame in one message, where the node sends them so.</summary>
public sealed partial class PerceptionSubscriber
{
    /// <summary>
    /// Where the node sends every output that is wanted in one message, that message is enough: the outputs' own topics are left once the first
    /// has come, so that nothing is sent twice.
    /// </summary>
    private void ChooseTopics(DescriptionDocument description)
    {
        IReadOnlyList<string> bundled = description.Cameras.FirstOrDefault(c => c.Id == camera)?.Outputs.FirstOrDefault(o => o.Topic == bundleTopic)?.Parts ?? [];
        bool isEnough = Kinds.Count > 1 && Kinds.All(kind => bundled.Contains(Topics.NameOf(kind)));
        connection.SetSubscribed(bundleTopic, MqttQualityOfServiceLevel.AtMostOnce, isEnough);
        if (!isEnough)
        {
            UseBundle(false);
        }
    }

    private void UseBundle(bool use)
    {
        isBundled = use;
        foreach (string topic in outputs.Keys)
        {
            connection.SetSubscribed(topic, MqttQualityOfServiceLevel.AtMostOnce, !use);
        }
    }

    private void OnBundle(MqttApplicationMessage message)
    {
        IReadOnlyList<ReceivedPayload> parts;
        try
        {
            parts = BundleReader.Read(message.Payload.IsSingleSegment ? message.Payload.First : message.Payload.ToArray());
        }
        catch (PayloadException)
        {
            Interlocked.Increment(ref damaged);
            return;
        }
        if (message.Retain)
        {
            Interlocked.Increment(ref stale);
            return;
        }
        foreach (ReceivedPayload part in parts)
        {
            if (outputs.Values.FirstOrDefault(s => s.Kind == part.Header.Kind) is { } state && Admit(state, part.Header))
            {
                Accept(state, part);
            }
        }
        if (!isBundled)
        {
            UseBundle(true);
        }
    }
}
