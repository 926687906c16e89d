using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;
using RoboPerception.Core;

namespace RoboPerception.Messaging;

/// <summary>
/// Reads PNG files that carry our header: grey 8, grey 16 and RGB 8, not interlaced, any filter and any number of IDAT chunks, so
/// that a file which another tool has written again still opens.
/// </summary>
internal static class PngReader
{
    private const uint LongestChunk = int.MaxValue - 12;

    /// <exception cref="PayloadException">There is no <c>rpFh</c> chunk before the pixels.</exception>
    public static ReadOnlySpan<byte> FindFrameHeader(ReadOnlySpan<byte> file)
    {
        var chunks = new ChunkReader(file);
        while (chunks.Next(out ReadOnlySpan<byte> type, out ReadOnlySpan<byte> data))
        {
            if (type.SequenceEqual(PngFormat.FrameHeaderType))
            {
                return data;
            }
        }
        throw new PayloadException("The PNG file has no 'rpFh' chunk: it was not published by RoboPerception, or a tool removed it.");
    }

    /// <summary>The pixels in the <c>raw</c> layout, checked against the header.</summary>
    public static byte[] ReadPixels(ReadOnlySpan<byte> file, in FrameHeader header)
    {
        using var compressed = new MemoryStream();
        var chunks = new ChunkReader(file);
        bool sized = false;
        while (chunks.Next(out ReadOnlySpan<byte> type, out ReadOnlySpan<byte> data))
        {
            if (type.SequenceEqual("IHDR"u8))
            {
                RequireImage(data, header);
                sized = true;
            }
            else if (type.SequenceEqual("IDAT"u8))
            {
                compressed.Write(data);
            }
        }
        if (!sized || !chunks.Ended)
        {
            throw new PayloadException("The PNG file is truncated: IHDR or IEND is missing.");
        }
        compressed.Position = 0;
        byte[] pixels = Unfilter(compressed, header);
        if (header.Kind == OutputKind.Depth)
        {
            Span<ushort> samples = MemoryMarshal.Cast<byte, ushort>(pixels.AsSpan());
            BinaryPrimitives.ReverseEndianness(samples, samples);
        }
        PayloadDecoder.RequireCrc(header, pixels);
        return pixels;
    }

    private static void RequireImage(ReadOnlySpan<byte> ihdr, in FrameHeader header)
    {
        if (ihdr.Length != 13)
        {
            throw new PayloadException($"The PNG file's IHDR has {ihdr.Length} bytes, expected 13.");
        }
        uint width = BinaryPrimitives.ReadUInt32BigEndian(ihdr);
        uint height = BinaryPrimitives.ReadUInt32BigEndian(ihdr[4..]);
        if (width != header.Width || height != header.Height)
        {
            throw new PayloadException($"The PNG file has {width} x {height} pixels, its frame header says {header.Width} x {header.Height}.");
        }
        (byte depth, byte colour) = header.Kind switch
        {
            OutputKind.Segmentation => ((byte)8, PngFormat.Grey),
            OutputKind.Depth => ((byte)16, PngFormat.Grey),
            _ => ((byte)8, PngFormat.Rgb),
        };
        if (ihdr[8] != depth || ihdr[9] != colour || ihdr[10] != 0 || ihdr[11] != 0 || ihdr[12] != 0)
        {
            throw new PayloadException($"The PNG file has bit depth {ihdr[8]}, colour type {ihdr[9]}, interlace {ihdr[12]}; a '{Topics.NameOf(header.Kind)}' has {depth}, {colour}, 0.");
        }
    }

    private static byte[] Unfilter(MemoryStream compressed, in FrameHeader header)
    {
        int bytesPerPixel = PayloadDecoder.BytesPerPixel(header.Kind);
        int stride = header.Width * bytesPerPixel;
        byte[] pixels = new byte[stride * header.Height];
        byte[] line = new byte[1 + stride];
        Span<byte> previous = new byte[stride];
        try
        {
            using var inflate = new ZLibStream(compressed, CompressionMode.Decompress);
            for (int y = 0; y < header.Height; y++)
            {
                inflate.ReadExactly(line);
                Span<byte> row = pixels.AsSpan(y * stride, stride);
                line.AsSpan(1).CopyTo(row);
                Unfilter(line[0], row, previous, bytesPerPixel);
                previous = row;
            }
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException)
        {
            throw new PayloadException("The PNG file's pixel data is damaged or truncated.", exception);
        }
        return pixels;
    }

    /// <summary>PNG, section 9.2.</summary>
    private static void Unfilter(byte filter, Span<byte> row, ReadOnlySpan<byte> above, int bytesPerPixel)
    {
        for (int i = 0; i < row.Length; i++)
        {
            int left = i >= bytesPerPixel ? row[i - bytesPerPixel] : 0;
            int aboveLeft = i >= bytesPerPixel ? above[i - bytesPerPixel] : 0;
            row[i] += (byte)(filter switch
            {
                0 => 0,
                1 => left,
                2 => above[i],
                3 => (left + above[i]) / 2,
                4 => Paeth(left, above[i], aboveLeft),
                _ => throw new PayloadException($"The PNG file names filter {filter}, known are 0 to 4."),
            });
        }
    }

    private static int Paeth(int left, int above, int aboveLeft)
    {
        int estimate = left + above - aboveLeft;
        int toLeft = Math.Abs(estimate - left);
        int toAbove = Math.Abs(estimate - above);
        int toAboveLeft = Math.Abs(estimate - aboveLeft);
        return toLeft <= toAbove && toLeft <= toAboveLeft ? left : toAbove <= toAboveLeft ? above : aboveLeft;
    }

    private ref struct ChunkReader(ReadOnlySpan<byte> file)
    {
        private ReadOnlySpan<byte> rest = file[PngWriter.Signature.Length..];

        public bool Ended { get; private set; }

        public bool Next(out ReadOnlySpan<byte> type, out ReadOnlySpan<byte> data)
        {
            type = [];
            data = [];
            if (Ended || rest.Length == 0)
            {
                return false;
            }
            uint length = rest.Length >= PngWriter.ChunkOverhead ? BinaryPrimitives.ReadUInt32BigEndian(rest) : 0;
            if (rest.Length < PngWriter.ChunkOverhead || length > LongestChunk || rest.Length - PngWriter.ChunkOverhead < length)
            {
                throw new PayloadException("The PNG file is truncated inside a chunk.");
            }
            type = rest.Slice(4, 4);
            data = rest.Slice(8, (int)length);
            if (Crc32.HashToUInt32(rest.Slice(4, 4 + (int)length)) != BinaryPrimitives.ReadUInt32BigEndian(rest[(8 + (int)length)..]))
            {
                throw new PayloadException($"The PNG chunk '{Encoding.Latin1.GetString(type)}' has a wrong checksum: the payload is damaged.");
            }
            Ended = type.SequenceEqual("IEND"u8);
            rest = rest[(PngWriter.ChunkOverhead + (int)length)..];
            return true;
        }
    }
}
