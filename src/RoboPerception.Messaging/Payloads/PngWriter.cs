using System.Buffers.Binary;
using RoboPerception.Core;

namespace RoboPerception.Messaging;

/// <summary>
/// Writes PNG files into memory that is used again: signature, IHDR, <c>rpFh</c>, one IDAT, IEND. The caller filters, because the
/// right filter depends on what the pixels mean.
/// </summary>
internal sealed class PngWriter : IDisposable
{
    private readonly Deflater deflater;

    /// <param name="level">Level of <see cref="Deflater"/>.</param>
    public PngWriter(int level) => deflater = new Deflater(level);

    /// <param name="filtered">Rows, each one filter type byte and its filtered bytes.</param>
    /// <param name="header">With width, height and the CRC of the unfiltered pixels.</param>
    /// <param name="bitDepth">Bits a sample.</param>
    /// <param name="colourType">PNG colour type.</param>
    /// <param name="target">Receives the file.</param>
    public void Write(ReadOnlySpan<byte> filtered, in FrameHeader header, byte bitDepth, byte colourType, PayloadBuffer target)
    {
        Span<byte> file = target.Reserve(PngFormat.FrameHeaderOffset + FrameHeader.Size + 4 + (2 * PngFormat.ChunkOverhead) + deflater.MaximumLength(filtered.Length));
        PngFormat.Signature.CopyTo(file);
        Span<byte> ihdr = file.Slice(8, 25);
        BinaryPrimitives.WriteUInt32BigEndian(ihdr[8..], header.Width);
        BinaryPrimitives.WriteUInt32BigEndian(ihdr[12..], header.Height);
        ihdr[16] = bitDepth;
        ihdr[17] = colourType;
        ihdr.Slice(18, 3).Clear();
        int position = 8 + PngFormat.CloseChunk(ihdr, "IHDR"u8, 13);
        header.Write(file[PngFormat.FrameHeaderOffset..]);
        position += PngFormat.CloseChunk(file[position..], PngFormat.FrameHeaderType, FrameHeader.Size);
        int compressed = deflater.Compress(filtered, file[(position + 8)..^(4 + PngFormat.ChunkOverhead)]);
        position += PngFormat.CloseChunk(file[position..], "IDAT"u8, compressed);
        position += PngFormat.CloseChunk(file[position..], "IEND"u8, 0);
        target.Complete(position, PngFormat.FrameHeaderOffset, header);
    }

    public void Dispose() => deflater.Dispose();
}
