using System.Buffers.Binary;

namespace RoboPerception.Capture;

/// <summary>
/// The 62 bytes, big-endian, that GStreamer's element <c>gdppay</c> writes before each payload (data protocol 1.0). With them a pipe
/// tells size and format by itself, also when they change in mid-stream, and every frame brings its time and its number along.
/// </summary>
internal static class GdpFraming
{
    /// <summary>Bytes of the header.</summary>
    public const int HeaderSize = 62;

    /// <summary>Reads a header; false if these bytes are none.</summary>
    public static bool TryRead(ReadOnlySpan<byte> header, out PipePacket packet)
    {
        uint length = BinaryPrimitives.ReadUInt32BigEndian(header[6..]);
        if (header[0] != 1 || header[1] != 0 || length > PipePacket.MostBytes)
        {
            packet = default;
            return false;
        }

        PacketKind kind = BinaryPrimitives.ReadUInt16BigEndian(header[4..]) switch { 1 => PacketKind.Frame, 2 => PacketKind.Format, _ => PacketKind.Other };
        packet = new PipePacket(
            kind,
            (int)length,
            BinaryPrimitives.ReadUInt64BigEndian(header[10..]),
            BinaryPrimitives.ReadUInt64BigEndian(header[26..]),
            BinaryPrimitives.ReadUInt64BigEndian(header[34..]));
        return true;
    }
}
