using RoboPerception.Core;
using RoboPerception.Messaging;

namespace RoboPerception.Node.Outputs;

/// <summary><c>image</c>: what the network saw, as JPEG.</summary>
internal sealed class ImageOutput(OutputDescription description, FramePublisher publisher, FrameJpeg jpeg) : FrameOutput(description, publisher)
{
    /// <inheritdoc/>
    public override void Publish(OutputFrame frame)
    {
        if (jpeg.Current.Length > 0)
        {
            Send(jpeg.Current, frame.HeaderOf(OutputKind.Image, PayloadEncoding.Jpeg));
        }
    }
}
