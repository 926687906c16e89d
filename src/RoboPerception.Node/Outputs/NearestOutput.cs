using RoboPerception.Core;
using RoboPerception.Interop.Obstacles;
using RoboPerception.Messaging;

namespace RoboPerception.Node.Outputs;

/// <summary><c>nearest</c>: the nearest obstacle of each class as JSON, nearest first.</summary>
internal sealed class NearestOutput(OutputDescription description, FramePublisher publisher, FrameObstacles obstacles, string frameId) : FrameOutput(description, publisher)
{
    private readonly ObstacleDocuments documents = new();

    /// <inheritdoc/>
    public override void Publish(OutputFrame frame) => Send(
        documents.Nearest(obstacles.Nearest, frame.Stamp, frame.Sequence, frameId).Span,
        frame.HeaderOf(OutputKind.Depth, PayloadEncoding.Raw));

    /// <inheritdoc/>
    public override void Dispose()
    {
        base.Dispose();
        documents.Dispose();
    }
}
