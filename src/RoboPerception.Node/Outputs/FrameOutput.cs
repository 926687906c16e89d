using RoboPerception.Core;
using RoboPerception.Messaging;

namespace RoboPerception.Node.Outputs;

/// <summary>
/// One more topic of a camera beside the dense outputs. It has a slot of one and a sending thread, as they have: newest wins live, nothing is lost
/// in a replay. Called from the publishing thread only.
/// </summary>
internal abstract class FrameOutput(OutputDescription description, FramePublisher publisher) : IDisposable
{
    /// <summary>As it stands in the node's description.</summary>
    public OutputDescription Description { get; } = description;

    /// <summary>What sends it.</summary>
    public FramePublisher Publisher { get; } = publisher;

    /// <summary>A dense output of the frame that is about to be published; the buffer is lent for the call.</summary>
    public virtual void OnEncoded(PayloadBuffer payload)
    {
    }

    /// <summary>What brings <see cref="UnixClock.Now"/> onto the clock of the stamps of the frame being published, nanoseconds.</summary>
    public long ClockCorrection { get; set; }

    /// <summary>Publishes this frame's message, if it has one.</summary>
    public abstract void Publish(OutputFrame frame);

    /// <inheritdoc/>
    public virtual void Dispose() => Publisher.Dispose();

    /// <summary>Sends bytes as they are.</summary>
    protected void Send(ReadOnlySpan<byte> message, in FrameHeader header)
    {
        PayloadBuffer buffer = Publisher.Rent();
        buffer.SetForeign(message, header);
        Publisher.Publish(buffer, ClockCorrection);
    }
}
