using RoboPerception.Core;
using RoboPerception.Inference;
using RoboPerception.Messaging;
using RoboPerception.Node.Outputs;

namespace RoboPerception.Node.Pipeline;

/// <summary>
/// One dense output of a camera: what encodes it, now as the controls say, and what sends it. For the publishing thread, but for <see cref="Encode"/>,
/// which another thread may do between <see cref="Prepare"/> and <see cref="Payload"/>.
/// </summary>
internal sealed class DenseOutput(OutputKind kind, CameraControls controls, Func<string, FramePublisher> publisherOf)
{
    private PayloadEncoder encoder = new(kind, controls[kind]);
    private FrameHeader header;
    private PayloadBuffer? payload;

    /// <summary>What is encoded.</summary>
    public OutputKind Kind { get; } = kind;

    /// <summary>What sends it.</summary>
    public FramePublisher Publisher { get; } = publisherOf(ContentTypes.Of(controls[kind]));

    /// <summary>The frame's payload, once it is encoded.</summary>
    public PayloadBuffer Payload => payload!;

    /// <summary>How the next frame is encoded.</summary>
    public PayloadEncoding Encoding => controls[Kind];

    /// <summary>Begins a frame: the encoder that its header names, and a buffer to encode into.</summary>
    public void Prepare(in FrameHeader header)
    {
        if (encoder.Encoding != header.Encoding)
        {
            encoder = new PayloadEncoder(Kind, header.Encoding);
            Publisher.ContentType = ContentTypes.Of(header.Encoding);
        }
        this.header = header;
        payload = Publisher.Rent();
    }

    /// <summary>Encodes the frame that was prepared.</summary>
    public void Encode(OutputBuffers buffers) => encoder.Encode(header, buffers, Payload);
}
