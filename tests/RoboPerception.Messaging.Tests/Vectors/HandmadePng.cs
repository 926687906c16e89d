using System.Buffers.Binary;
using System.IO.Hashing;
using RoboPerception.Core;

namespace RoboPerception.Messaging.Tests;

/// <summary>
/// PNG files as other tools might write them again, bit by bit and the same on every machine: any filter per row, stored or fixed-code
/// blocks, pixel data in many chunks. What a library's compressor writes depends on its version.
/// </summary>
internal static class HandmadePng
{
    /// <summary>The file of a payload's pixels, its rows filtered in turn by the filters given.</summary>
    public static byte[] Rewrite(byte[] payload, byte[] filters, bool stored, int chunkLength)
    {
        FrameHeader header = PayloadDecoder.ReadHeader(payload);
        byte[] pixels = PngReader.ReadPixels(payload, header);
        if (header.Kind == OutputKind.Depth)
        {
            Span<ushort> samples = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, ushort>(pixels.AsSpan());
            BinaryPrimitives.ReverseEndianness(samples, samples);
        }
        int pixel = PayloadDecoder.BytesPerPixel(header.Kind);
        byte[] rows = Filter(pixels, header.Width * pixel, pixel, filters);
        return Replace(payload, stored ? Stored(rows) : FixedCodes(rows), chunkLength);
    }

    /// <summary>The same file with other compressed data.</summary>
    public static byte[] Replace(byte[] payload, byte[] zlib, int chunkLength)
    {
        byte[] head = payload[..(PngFormat.FrameHeaderOffset + FrameHeader.Size + 4)];
        return [.. head, .. Chunk("tEXt"u8, "Comment\0written again"u8), .. zlib.Chunk(chunkLength).SelectMany(part => Chunk("IDAT"u8, part)), .. Chunk("IEND"u8, [])];
    }

    public static byte[] Chunk(ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        byte[] chunk = new byte[12 + data.Length];
        BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
        type.CopyTo(chunk.AsSpan(4));
        data.CopyTo(chunk.AsSpan(8));
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(8 + data.Length), Crc32.HashToUInt32(chunk.AsSpan(4, 4 + data.Length)));
        return chunk;
    }

    /// <summary>zlib's format with blocks of at most 100 uncompressed bytes.</summary>
    public static byte[] Stored(byte[] data)
    {
        byte[][] blocks = [.. data.Chunk(100)];
        IEnumerable<byte> body = blocks.SelectMany((block, i) => (byte[])[(byte)(i == blocks.Length - 1 ? 1 : 0), (byte)block.Length, 0, (byte)~block.Length, 255, .. block]);
        return [0x78, 0x01, .. body, .. Adler(data)];
    }

    /// <summary>zlib's format, one block of the fixed codes (RFC 1951, section 3.2.6): literals, and runs as copies from one byte back.</summary>
    public static byte[] FixedCodes(byte[] data)
    {
        var bits = new List<bool> { true, true, false };
        for (int i = 0; i < data.Length;)
        {
            int run = 0;
            while (i > 0 && i + run < data.Length && data[i + run] == data[i - 1] && run < 10)
            {
                run++;
            }
            if (run >= 3)
            {
                // Lengths 3 to 10 are the symbols 257 to 264 without further bits; distance 1 is symbol 0.
                Code(bits, run - 3 + 1, 7);
                Code(bits, 0, 5);
                i += run;
                continue;
            }
            (int code, int length) = data[i] < 144 ? (0x30 + data[i], 8) : (0x190 + data[i] - 144, 9);
            Code(bits, code, length);
            i++;
        }
        Code(bits, 0, 7);
        byte[] body = new byte[(bits.Count + 7) / 8];
        for (int i = 0; i < bits.Count; i++)
        {
            body[i / 8] |= (byte)(bits[i] ? 1 << (i % 8) : 0);
        }
        return [0x78, 0x01, .. body, .. Adler(data)];
    }

    private static void Code(List<bool> bits, int code, int length)
    {
        for (int bit = length - 1; bit >= 0; bit--)
        {
            bits.Add((code >> bit & 1) != 0);
        }
    }

    private static byte[] Adler(byte[] data)
    {
        byte[] sum = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(sum, Adler32.HashToUInt32(data));
        return sum;
    }

    private static byte[] Filter(byte[] pixels, int stride, int pixel, byte[] filters)
    {
        var rows = new List<byte>();
        for (int y = 0; y < pixels.Length / stride; y++)
        {
            byte filter = filters[y % filters.Length];
            rows.Add(filter);
            for (int x = 0; x < stride; x++)
            {
                int a = x >= pixel ? pixels[(y * stride) + x - pixel] : 0;
                int b = y > 0 ? pixels[((y - 1) * stride) + x] : 0;
                int c = x >= pixel && y > 0 ? pixels[((y - 1) * stride) + x - pixel] : 0;
                (int toA, int toB, int toC) = (Math.Abs(b - c), Math.Abs(a - c), Math.Abs(a + b - c - c));
                int guess = filter switch
                {
                    1 => a,
                    2 => b,
                    3 => (a + b) / 2,
                    4 => toA <= toB && toA <= toC ? a : toB <= toC ? b : c,
                    _ => 0,
                };
                rows.Add((byte)(pixels[(y * stride) + x] - guess));
            }
        }
        return [.. rows];
    }
}
