using System.Buffers.Binary;
using System.IO.Compression;

namespace RoboPerception.Scenes;

/// <summary>
/// Writes PNG files (ISO/IEC 15948): 8- and 16-bit grey, 8-bit RGB. Rows are filtered with Sub, which suits smooth labels and
/// costs little.
/// </summary>
internal static class PngWriter
{
    private static readonly byte[] Signature = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A];

    private static readonly uint[] CrcTable = MakeCrcTable();

    /// <summary>8-bit grey, (H,W).</summary>
    public static byte[] Grey8(ReadOnlySpan<byte> pixels, int width, int height) => Encode(pixels, width, height, 8, 0, 1, filter: false);

    /// <summary>16-bit grey, (H,W).</summary>
    public static byte[] Grey16(ReadOnlySpan<ushort> pixels, int width, int height)
    {
        var bytes = new byte[pixels.Length * 2];
        for (int i = 0; i < pixels.Length; i++)
        {
            BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(2 * i), pixels[i]);
        }
        return Encode(bytes, width, height, 16, 0, 2, filter: true);
    }

    /// <summary>8-bit red, green, blue, (H,W,3).</summary>
    public static byte[] Rgb(ReadOnlySpan<byte> pixels, int width, int height) => Encode(pixels, width, height, 8, 2, 3, filter: true);

    private static byte[] Encode(ReadOnlySpan<byte> pixels, int width, int height, byte bits, byte colour, int bytesPerPixel, bool filter)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        int row = width * bytesPerPixel;
        if (pixels.Length != row * height)
        {
            throw new ArgumentException($"{width}x{height} pixels take {row * height} bytes, not {pixels.Length}.", nameof(pixels));
        }
        using var data = new MemoryStream();
        using (var zlib = new ZLibStream(data, CompressionLevel.Fastest, leaveOpen: true))
        {
            var line = new byte[row + 1];
            line[0] = (byte)(filter ? 1 : 0);
            for (int y = 0; y < height; y++)
            {
                ReadOnlySpan<byte> source = pixels.Slice(y * row, row);
                source.CopyTo(line.AsSpan(1));
                for (int i = filter ? row - 1 : 0; i >= bytesPerPixel; i--)
                {
                    line[i + 1] = (byte)(source[i] - source[i - bytesPerPixel]);
                }
                zlib.Write(line);
            }
        }
        using var file = new MemoryStream();
        file.Write(Signature);
        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], height);
        header[8] = bits;
        header[9] = colour;
        header[10] = header[11] = header[12] = 0;
        Chunk(file, "IHDR"u8, header);
        Chunk(file, "IDAT"u8, data.GetBuffer().AsSpan(0, (int)data.Length));
        Chunk(file, "IEND"u8, []);
        return file.ToArray();
    }

    private static void Chunk(MemoryStream file, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        Span<byte> word = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(word, data.Length);
        file.Write(word);
        file.Write(type);
        file.Write(data);
        uint crc = Crc(Crc(0xFFFFFFFF, type), data) ^ 0xFFFFFFFF;
        BinaryPrimitives.WriteUInt32BigEndian(word, crc);
        file.Write(word);
    }

    private static uint Crc(uint crc, ReadOnlySpan<byte> bytes)
    {
        foreach (byte b in bytes)
        {
            crc = CrcTable[(crc ^ b) & 0xFF] ^ (crc >> 8);
        }
        return crc;
    }

    private static uint[] MakeCrcTable()
    {
        var table = new uint[256];
        for (uint i = 0; i < 256; i++)
        {
            uint c = i;
            for (int k = 0; k < 8; k++)
            {
                c = (c & 1) != 0 ? 0xEDB88320 ^ (c >> 1) : c >> 1;
            }
            table[i] = c;
        }
        return table;
    }
}
