using RoboPerception.Core;
using RoboPerception.Interop.Obstacles;
using RoboPerception.Messaging;

namespace RoboPerception.Node.Outputs;

/// <summary><c>scan</c>: free space as JSON in the shape of sensor_msgs/LaserScan, with the ground it rests on.</summary>
internal sealed class ScanOutput(OutputDescription description, FramePublisher publisher, FrameObstacles obstacles, string frameId) : FrameOutput(description, publisher)
{
    private readonly ObstacleDocuments documents = new();

    /// <inheritdoc/>
    public override void Publish(OutputFrame frame) => Send(
        documents.Scan(obstacles.Scan, obstacles.Ground, frame.Stamp, frame.Sequence, frameId).Span,
        frame.HeaderOf(OutputKind.Depth, PayloadEncoding.Raw));

    /// <inheritdoc/>
    public override void Dispose()
    {
        base.Dispose();
        documents.Dispose();
    }
}
