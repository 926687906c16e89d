using RoboPerception.Core;
using RoboPerception.Interop.Ros2;
using RoboPerception.Messaging;

namespace RoboPerception.Node.Outputs;

/// <summary>Writes a frame's message.</summary>
internal delegate void Ros2Writer(CdrWriter cdr, MessageHeader header, OutputFrame frame);

/// <summary><c>ros2/&lt;c&gt;/...</c>: a ROS 2 message as its middleware carries it.</summary>
/// <param name="description">As it stands in the node's description.</param>
/// <param name="publisher">What sends it.</param>
/// <param name="frameId">Coordinate frame.</param>
/// <param name="write">Writes it.</param>
/// <param name="isDue">Whether the present frame has one; null: every frame.</param>
internal sealed class Ros2Output(OutputDescription description, FramePublisher publisher, string frameId, Ros2Writer write, Func<bool>? isDue) : FrameOutput(description, publisher)
{
    private readonly CdrWriter cdr = new();

    /// <inheritdoc/>
    public override void Publish(OutputFrame frame)
    {
        if (isDue?.Invoke() == false)
        {
            return;
        }
        write(cdr, new MessageHeader(frame.Stamp, frameId), frame);
        Send(cdr.Written.Span, frame.HeaderOf(OutputKind.Image, PayloadEncoding.Ros2));
    }
}
