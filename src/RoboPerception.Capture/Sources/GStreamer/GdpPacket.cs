using System.Buffers.Binary;

namespace RoboPerception.Capture;

/// <summary>What a packet of GStreamer's data protocol carries.</summary>
internal enum GdpKind
{
    /// <summary>A frame's pixels.</summary>
    Buffer = 1,

    /// <summary>The format of the buffers that follow, as text.</summary>
    Caps = 2,

    /// <summary>Events and whatever else is of no use here.</summary>
    Other = 0,
}

/// <summary>
/// The 62 bytes, big-endian, that GStreamer's element <c>gdppay</c> writes before each payload (data protocol 1.0). With them a pipe
/// tells size and format by itself, also when they change in mid-stream, and every frame brings its time and its number along.
/// </summary>
/// <param name="Kind">What follows.</param>
/// <param name="Length">Bytes that follow.</param>
/// <param name="Time">Presentation time, nanoseconds of the pipeline's running time; <see cref="None"/> if unknown.</param>
/// <param name="Number">The source's own frame number; <see cref="None"/> if it does not count.</param>
/// <param name="NumberAfter">Number of the frame after this one; tells a frame counter (one more) from a byte offset.</param>
internal readonly record struct GdpPacket(GdpKind Kind, int Length, ulong Time, ulong Number, ulong NumberAfter)
{
    /// <summary>Bytes of the header.</summary>
    public const int HeaderSize = 62;

    /// <summary>GStreamer's "no value".</summary>
    public const ulong None = ulong.MaxValue;

    // A frame of 16384 x 16384 has 805 million; anything above is a stream out of step.
    private const uint MostBytes = 1_000_000_000;

    /// <summary>The frame's number, if the source counts frames.</summary>
    public bool HasNumber => Number != None && NumberAfter == Number + 1;

    /// <summary>Reads a header; false if these bytes are none.</summary>
    public static bool TryRead(ReadOnlySpan<byte> header, out GdpPacket packet)
    {
        uint length = BinaryPrimitives.ReadUInt32BigEndian(header[6..]);
        if (header[0] != 1 || header[1] != 0 || length > MostBytes)
        {
            packet = default;
            return false;
        }

        GdpKind kind = BinaryPrimitives.ReadUInt16BigEndian(header[4..]) switch { 1 => GdpKind.Buffer, 2 => GdpKind.Caps, _ => GdpKind.Other };
        packet = new GdpPacket(
            kind,
            (int)length,
            BinaryPrimitives.ReadUInt64BigEndian(header[10..]),
            BinaryPrimitives.ReadUInt64BigEndian(header[26..]),
            BinaryPrimitives.ReadUInt64BigEndian(header[34..]));
        return true;
    }
}
