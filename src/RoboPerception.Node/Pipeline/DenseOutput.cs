using RoboPerception.Core;
using RoboPerception.Messaging;

namespace RoboPerception.Node.Pipeline;

/// <summary>One dense output of a camera: what encodes it, now as the controls say, and what sends it. For the publishing thread.</summary>
internal sealed class DenseOutput(OutputKind kind, CameraControls controls, Func<string, FramePublisher> publisherOf)
{
    /// <summary>What is encoded.</summary>
    public OutputKind Kind { get; } = kind;

    /// <summary>What sends it.</summary>
    public FramePublisher Publisher { get; } = publisherOf(ContentTypes.Of(controls[kind]));

    /// <summary>What encodes the next frame.</summary>
    public PayloadEncoder Encoder
    {
        get
        {
            PayloadEncoding wanted = controls[Kind];
            if (field.Encoding != wanted)
            {
                field = new PayloadEncoder(Kind, wanted);
                Publisher.ContentType = ContentTypes.Of(wanted);
            }
            return field;
        }
    } = new PayloadEncoder(kind, controls[kind]);
}
