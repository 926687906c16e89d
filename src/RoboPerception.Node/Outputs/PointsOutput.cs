using RoboPerception.Core;
using RoboPerception.Interop.Obstacles;
using RoboPerception.Messaging;

namespace RoboPerception.Node.Outputs;

/// <summary><c>points</c>: a reduced cloud with class and normal behind the frame header.</summary>
internal sealed class PointsOutput(OutputDescription description, FramePublisher publisher, PointCloud cloud) : FrameOutput(description, publisher)
{
    /// <inheritdoc/>
    public override void Publish(OutputFrame frame)
    {
        PayloadBuffer buffer = Publisher.Rent();
        buffer.SetRaw(frame.HeaderOf(OutputKind.Points, PayloadEncoding.Raw) with { Width = (ushort)cloud.Count, Height = 1 }, cloud.Data);
        Publisher.Publish(buffer, ClockCorrection);
    }
}
