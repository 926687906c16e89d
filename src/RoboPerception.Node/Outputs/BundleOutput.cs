using RoboPerception.Core;
using RoboPerception.Messaging;

namespace RoboPerception.Node.Outputs;

/// <summary><c>bundle</c>: the chosen outputs of a frame in one message, as they are encoded for their own topics; it costs a copy.</summary>
internal sealed class BundleOutput(OutputDescription description, FramePublisher publisher, IReadOnlyList<OutputKind> parts) : FrameOutput(description, publisher)
{
    private readonly BundleWriter writer = new(parts.Count);
    private PayloadBuffer? buffer;

    /// <inheritdoc/>
    public override void OnEncoded(PayloadBuffer payload)
    {
        if (!parts.Contains(payload.Header.Kind))
        {
            return;
        }
        if (buffer is null)
        {
            buffer = Publisher.Rent();
            writer.Begin(payload.Header, buffer);
        }
        writer.Add(payload);
    }

    /// <inheritdoc/>
    public override void Publish(OutputFrame frame)
    {
        writer.Finish();
        Publisher.Publish(buffer!, ClockCorrection);
        buffer = null;
    }
}
