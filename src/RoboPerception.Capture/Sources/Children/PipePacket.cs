namespace RoboPerception.Capture;

/// <summary>What comes next through a pipe.</summary>
internal enum PacketKind
{
    /// <summary>Events and whatever else is of no use here.</summary>
    Other = 0,

    /// <summary>A frame's pixels.</summary>
    Frame = 1,

    /// <summary>The format of the frames that follow, as text.</summary>
    Format = 2,
}

/// <summary>What the header before a payload says of it.</summary>
/// <param name="Kind">What follows.</param>
/// <param name="Length">Bytes that follow.</param>
/// <param name="Time">Presentation time, nanoseconds on the child's own clock; <see cref="None"/> if unknown.</param>
/// <param name="Number">The source's own frame number; <see cref="None"/> if it does not count.</param>
/// <param name="NumberAfter">Number of the frame after this one; tells a frame counter (one more) from a byte offset.</param>
internal readonly record struct PipePacket(PacketKind Kind, int Length, ulong Time = PipePacket.None, ulong Number = PipePacket.None, ulong NumberAfter = PipePacket.None)
{
    /// <summary>"No value".</summary>
    public const ulong None = ulong.MaxValue;

    /// <summary>A frame of 16384 x 16384 has 805 million bytes; what claims to be longer than this is a stream out of step.</summary>
    public const uint MostBytes = 1_000_000_000;

    /// <summary>True if the source counts frames.</summary>
    public bool HasNumber => Number != None && NumberAfter == Number + 1;
}
