using RoboPerception.Core;

namespace RoboPerception.Messaging;

/// <summary>How our header rides in a PNG file.</summary>
internal static class PngFormat
{
    /// <summary>Where the 96 bytes begin: right after IHDR, behind the chunk's length and type.</summary>
    public const int FrameHeaderOffset = PngWriter.SecondChunkOffset + 8;

    public const byte Grey = 0;
    public const byte Rgb = 2;

    /// <summary>Ancillary, private, safe to copy: an editor that changes pixels may keep it, the CRC in it tells.</summary>
    public static ReadOnlySpan<byte> FrameHeaderType => "rpFh"u8;
}
