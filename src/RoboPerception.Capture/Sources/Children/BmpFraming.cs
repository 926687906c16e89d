using System.Buffers.Binary;

namespace RoboPerception.Capture;

/// <summary>
/// Frames as BMP images one after another, as FFmpeg writes them: 54 bytes, little-endian, that tell the size, then rows of BGR padded
/// to four bytes. (A BMP's rows go from the bottom up; FFmpeg is asked to flip them before, which costs it nothing.)
/// </summary>
internal static class BmpFraming
{
    /// <summary>Bytes of the header: 14 of the file's and 40 of the image's.</summary>
    public const int HeaderSize = 54;

    private const int MostPixelsPerSide = 16384;

    /// <summary>Reads a header; false if these bytes are none of an uncompressed image of 24 bits a pixel.</summary>
    public static bool TryRead(ReadOnlySpan<byte> header, out PipePacket packet, out int width, out int height)
    {
        packet = default;
        width = BinaryPrimitives.ReadInt32LittleEndian(header[18..]);
        height = BinaryPrimitives.ReadInt32LittleEndian(header[22..]);
        if (header[0] != 'B' || header[1] != 'M'
            || BinaryPrimitives.ReadInt32LittleEndian(header[10..]) != HeaderSize
            || BinaryPrimitives.ReadInt16LittleEndian(header[28..]) != 24 || BinaryPrimitives.ReadInt32LittleEndian(header[30..]) != 0
            || width is < 1 or > MostPixelsPerSide || height is < 1 or > MostPixelsPerSide)
        {
            return false;
        }

        packet = new PipePacket(PacketKind.Frame, VideoFormat.StrideOf(width) * height);
        return true;
    }
}
