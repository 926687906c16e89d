using System.Buffers.Binary;
using RoboPerception.Core;

namespace RoboPerception.Messaging;

/// <summary>What writer and reader share (PNG, second edition): signature, chunks, the place of our header.</summary>
internal static class PngFormat
{
    public const int HeaderChunkOffset = 8 + 25;

    /// <summary>Where the 96 bytes begin: right after IHDR, behind the chunk's length and type.</summary>
    public const int FrameHeaderOffset = HeaderChunkOffset + 8;

    public const int ChunkOverhead = 12;

    public const byte Grey = 0;
    public const byte Rgb = 2;

    public static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>Ancillary, private, safe to copy: an editor that changes pixels may keep it, the CRC in it tells.</summary>
    public static ReadOnlySpan<byte> FrameHeaderType => "rpFh"u8;

    /// <summary>Completes a chunk whose data is in place: length, type and checksum.</summary>
    /// <returns>Bytes of the whole chunk.</returns>
    public static int CloseChunk(Span<byte> chunk, ReadOnlySpan<byte> type, int dataLength)
    {
        BinaryPrimitives.WriteUInt32BigEndian(chunk, (uint)dataLength);
        type.CopyTo(chunk[4..]);
        BinaryPrimitives.WriteUInt32BigEndian(chunk[(8 + dataLength)..], Crc32.Of(chunk.Slice(4, 4 + dataLength)));
        return ChunkOverhead + dataLength;
    }
}
