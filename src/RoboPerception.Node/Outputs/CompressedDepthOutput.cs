using RoboPerception.Core;
using RoboPerception.Interop.Ros2;
using RoboPerception.Messaging;

namespace RoboPerception.Node.Outputs;

/// <summary><c>ros2/&lt;c&gt;/compressed-depth</c>: the PNG of topic <c>depth</c> if that is one, else one of its own.</summary>
internal sealed class CompressedDepthOutput(OutputDescription description, FramePublisher publisher, string frameId) : FrameOutput(description, publisher)
{
    private readonly CdrWriter cdr = new();
    private readonly PayloadBuffer png = new();
    private PayloadEncoder? encoder;
    private bool isWritten;

    /// <inheritdoc/>
    public override void OnEncoded(PayloadBuffer payload)
    {
        if (payload.Header is { Kind: OutputKind.Depth, Encoding: PayloadEncoding.Png })
        {
            Write(payload.Header.AcquisitionStamp, payload.Memory.Span);
        }
    }

    /// <inheritdoc/>
    public override void Publish(OutputFrame frame)
    {
        if (!isWritten)
        {
            encoder ??= new PayloadEncoder(OutputKind.Depth, PayloadEncoding.Png);
            encoder.EncodeDepth(frame.HeaderOf(OutputKind.Depth, PayloadEncoding.Png), frame.Buffers.Depth, png);
            Write(frame.Stamp, png.Memory.Span);
        }
        isWritten = false;
        Send(cdr.Written.Span, frame.HeaderOf(OutputKind.Image, PayloadEncoding.Ros2));
    }

    private void Write(long stamp, ReadOnlySpan<byte> file)
    {
        ImageMessages.CompressedDepth(cdr, new MessageHeader(stamp, frameId), file);
        isWritten = true;
    }
}
