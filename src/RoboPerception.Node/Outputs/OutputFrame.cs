using RoboPerception.Core;
using RoboPerception.Inference;

namespace RoboPerception.Node.Outputs;

/// <summary>One frame as the outputs see it, borrowed for the time of a call.</summary>
/// <param name="header">Grid, stamps, sequence, ids; kind and encoding are the output's own.</param>
/// <param name="buffers">The predictions.</param>
internal readonly ref struct OutputFrame(FrameHeader header, OutputBuffers buffers)
{
    private readonly FrameHeader header = header;

    /// <summary>The predictions.</summary>
    public OutputBuffers Buffers { get; } = buffers;

    /// <summary>Nanoseconds since the UNIX epoch: time of the grab.</summary>
    public long Stamp => header.AcquisitionStamp;

    /// <summary>What brings <see cref="UnixClock.Now"/> onto the clock of the stamp, nanoseconds.</summary>
    public long ClockCorrection { get; init; }

    /// <summary>The frame's number.</summary>
    public ulong Sequence => header.Sequence;

    /// <summary>Pixels per row.</summary>
    public int Width => header.Width;

    /// <summary>The frame's header for an output.</summary>
    public FrameHeader HeaderOf(OutputKind kind, PayloadEncoding encoding) => header with { Kind = kind, Encoding = encoding };
}
