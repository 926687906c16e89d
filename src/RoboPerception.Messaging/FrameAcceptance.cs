using MQTTnet;
using MQTTnet.Protocol;

namespace RoboPerception.Messaging;

/// <summary>How a frame shall leave.</summary>
internal enum FrameRoute
{
    /// <summary>At QoS 0.</summary>
    Plain,

    /// <summary>At QoS 1, because the broker has not yet acknowledged a frame as large as this one.</summary>
    Confirmed,

    /// <summary>Not at all: the broker does not take it.</summary>
    Dropped,
}

/// <summary>
/// Whether the broker takes the frames of one topic. At QoS 0 it throws away silently what its access rules or its size limit forbid,
/// so the first frame of a connection, and each that is larger than all before, goes at QoS 1: the acknowledgement tells. Used from
/// the sending thread only.
/// </summary>
internal sealed class FrameAcceptance(MqttConnection connection, string topic)
{
    private const long RetryMilliseconds = 10_000;

    private int connectionNumber = -1;
    private int accepted;
    private int refusedFrom;
    private long retryAt;

    /// <summary>How a frame of so many bytes shall leave.</summary>
    public FrameRoute RouteOf(int bytes)
    {
        if (connectionNumber != connection.ConnectCount)
        {
            (connectionNumber, accepted, refusedFrom) = (connection.ConnectCount, -1, int.MaxValue);
        }
        if (connection.WhyTooLarge(topic, bytes) is { } reason)
        {
            connection.Refuse(topic, reason);
            return FrameRoute.Dropped;
        }
        if (bytes >= refusedFrom)
        {
            return Environment.TickCount64 < retryAt ? FrameRoute.Dropped : FrameRoute.Confirmed;
        }
        return bytes > accepted && connection.Limits is { IsMqtt5: true, MaximumQos: >= (int)MqttQualityOfServiceLevel.AtLeastOnce } ? FrameRoute.Confirmed : FrameRoute.Plain;
    }

    /// <summary>What the broker said to a confirmed frame. True if it took it.</summary>
    public bool Judge(int bytes, MqttClientPublishResult result)
    {
        if (!result.IsSuccess)
        {
            // Access rules say no to every size; they may be changed while we run.
            refusedFrom = result.ReasonCode == MqttClientPublishReasonCode.NotAuthorized ? 0 : bytes;
            retryAt = Environment.TickCount64 + RetryMilliseconds;
            connection.Refuse(topic, ReasonWords.Of(result.ReasonCode, bytes));
            return false;
        }
        if (bytes >= refusedFrom)
        {
            refusedFrom = int.MaxValue;
        }
        if (refusedFrom == int.MaxValue)
        {
            connection.Accept(topic);
        }
        accepted = Math.Max(accepted, bytes);
        return true;
    }

    /// <summary>The broker did not answer: it is taken at its silence, as at QoS 0.</summary>
    public void Assume(int bytes) => accepted = Math.Max(accepted, bytes);
}
