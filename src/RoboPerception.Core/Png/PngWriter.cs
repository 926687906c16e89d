using System.Buffers;
using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace RoboPerception.Core;

/// <summary>
/// Writes PNG files (second edition; ISO/IEC 15948), the only writer of the solution: payloads, data sets, images for people. It holds its
/// scratch memory, so that the frame path allocates nothing after the first image of a size; one writer serves one thread. Class ids and other
/// grey bytes go unfiltered, depths and colours through the Paeth filter.
/// </summary>
public sealed class PngWriter
{
    /// <summary>Bytes a chunk takes besides its data: length, type, checksum.</summary>
    public const int ChunkOverhead = 12;

    /// <summary>Where the first chunk behind IHDR begins.</summary>
    public const int SecondChunkOffset = 8 + ChunkOverhead + HeaderLength;

    private const int HeaderLength = 13;

    private readonly PngDeflater deflater = new();
    private byte[] filtered = [];
    private byte[] zeros = [];

    /// <summary>The eight bytes every PNG file begins with.</summary>
    public static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>An 8-bit grey file of pixels (H,W).</summary>
    public static byte[] Grey8(ReadOnlySpan<byte> pixels, int width, int height) => File(pixels, width, height, PngPixels.Grey8);

    /// <summary>A 16-bit grey file of pixels (H,W).</summary>
    public static byte[] Grey16(ReadOnlySpan<ushort> pixels, int width, int height) =>
        File(MemoryMarshal.AsBytes(pixels), width, height, PngPixels.Grey16);

    /// <summary>An 8-bit colour file of red, green, blue (H,W,3).</summary>
    public static byte[] Rgb(ReadOnlySpan<byte> pixels, int width, int height) => File(pixels, width, height, PngPixels.Rgb8);

    /// <summary>Room that always suffices for <see cref="Write"/>.</summary>
    public static int MaximumLength(int width, int height, PngPixels layout, int extraLength = 0) =>
        checked(SecondChunkOffset + ChunkOverhead + extraLength + ChunkOverhead + PngDeflater.MaximumLength(height * (1 + (width * BytesPerPixel(layout)))) + ChunkOverhead);

    /// <summary>Writes a file into memory of the caller.</summary>
    /// <param name="pixels">Rows from the top, without padding.</param>
    /// <param name="width">Pixels a row.</param>
    /// <param name="height">Rows.</param>
    /// <param name="layout">What a pixel is.</param>
    /// <param name="target">At least <see cref="MaximumLength"/> bytes.</param>
    /// <param name="extraType">Type of a chunk to be placed right behind IHDR; empty = none.</param>
    /// <param name="extra">That chunk's data.</param>
    /// <returns>Bytes written.</returns>
    public int Write(ReadOnlySpan<byte> pixels, int width, int height, PngPixels layout, Span<byte> target, ReadOnlySpan<byte> extraType = default, ReadOnlySpan<byte> extra = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        int bytesPerPixel = BytesPerPixel(layout);
        int stride = checked(width * bytesPerPixel);
        if (pixels.Length != checked(stride * height))
        {
            throw new ArgumentException($"{width}x{height} pixels take {stride * height} bytes, not {pixels.Length}.", nameof(pixels));
        }
        Signature.CopyTo(target);
        Span<byte> header = target.Slice(Signature.Length, ChunkOverhead + HeaderLength);
        BinaryPrimitives.WriteInt32BigEndian(header[8..], width);
        BinaryPrimitives.WriteInt32BigEndian(header[12..], height);
        header[16] = (byte)(layout == PngPixels.Grey16 ? 16 : 8);
        header[17] = (byte)(layout == PngPixels.Rgb8 ? 2 : 0);
        header.Slice(18, 3).Clear();
        int position = Signature.Length + CloseChunk(header, "IHDR"u8, HeaderLength);
        if (!extraType.IsEmpty)
        {
            extra.CopyTo(target[(position + 8)..]);
            position += CloseChunk(target[position..], extraType, extra.Length);
        }
        Span<byte> rows = Filter(pixels, stride, height, layout, bytesPerPixel);
        int compressed = deflater.Compress(rows, bytesPerPixel, layout == PngPixels.Grey8 ? stride + 1 : 0, target[(position + 8)..]);
        position += CloseChunk(target[position..], "IDAT"u8, compressed);
        return position + CloseChunk(target[position..], "IEND"u8, 0);
    }

    /// <summary>Completes a chunk whose data is in place: length, type and checksum.</summary>
    /// <returns>Bytes of the whole chunk.</returns>
    private static int CloseChunk(Span<byte> chunk, ReadOnlySpan<byte> type, int dataLength)
    {
        BinaryPrimitives.WriteUInt32BigEndian(chunk, (uint)dataLength);
        type.CopyTo(chunk[4..]);
        BinaryPrimitives.WriteUInt32BigEndian(chunk[(8 + dataLength)..], Crc32.HashToUInt32(chunk.Slice(4, 4 + dataLength)));
        return ChunkOverhead + dataLength;
    }

    private static int BytesPerPixel(PngPixels layout) => layout switch
    {
        PngPixels.Grey8 => 1,
        PngPixels.Grey16 => 2,
        PngPixels.Rgb8 => 3,
        _ => throw new ArgumentOutOfRangeException(nameof(layout), layout, "Unknown kind of pixels."),
    };

    private static byte[] File(ReadOnlySpan<byte> pixels, int width, int height, PngPixels layout)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        byte[] file = ArrayPool<byte>.Shared.Rent(MaximumLength(width, height, layout));
        try
        {
            return file.AsSpan(0, new PngWriter().Write(pixels, width, height, layout, file)).ToArray();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(file);
        }
    }

    /// <summary>Rows, each one byte with the filter's number and its filtered bytes.</summary>
    private Span<byte> Filter(ReadOnlySpan<byte> pixels, int stride, int height, PngPixels layout, int bytesPerPixel)
    {
        int length = checked((stride + 1) * height);
        if (filtered.Length < length)
        {
            filtered = GC.AllocateUninitializedArray<byte>(length);
        }
        if (zeros.Length < stride)
        {
            zeros = new byte[stride];
        }
        ReadOnlySpan<byte> above = zeros.AsSpan(0, stride);
        for (int y = 0; y < height; y++)
        {
            ReadOnlySpan<byte> row = pixels.Slice(y * stride, stride);
            Span<byte> line = filtered.AsSpan(y * (stride + 1), stride + 1);
            line[0] = layout == PngPixels.Grey8 ? PngFilter.None : PngFilter.Paeth;
            if (layout == PngPixels.Grey8)
            {
                row.CopyTo(line[1..]);
                continue;
            }
            PngFilter.WritePaeth(row, above, line[1..], bytesPerPixel);
            if (layout == PngPixels.Grey16)
            {
                // The filter treats each byte by itself, so what PNG wants, the high byte first, can come after it.
                Span<ushort> samples = MemoryMarshal.Cast<byte, ushort>(line[1..]);
                BinaryPrimitives.ReverseEndianness(samples, samples);
            }
            above = row;
        }
        return filtered.AsSpan(0, length);
    }
}
