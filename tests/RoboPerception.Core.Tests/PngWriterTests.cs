using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;
using RoboPerception.Core;
using Xunit;

namespace RoboPerception.Core.Tests;

/// <summary>What the writer writes, another inflate (zlib's, in the base class library) reads back to the same pixels.</summary>
public sealed class PngWriterTests
{
    public static TheoryData<PngPixels, int, int, string> Images()
    {
        var images = new TheoryData<PngPixels, int, int, string>();
        foreach (PngPixels layout in Enum.GetValues<PngPixels>())
        {
            foreach ((int width, int height) in new[] { (1, 1), (1, 7), (7, 1), (2, 2), (31, 3), (33, 17), (384, 288), (20_000, 2) })
            {
                foreach (string content in new[] { "flat", "noise", "slope", "patches", "rows" })
                {
                    images.Add(layout, width, height, content);
                }
            }
        }
        return images;
    }

    [Theory]
    [MemberData(nameof(Images))]
    public void Pixels_come_back_as_they_were(PngPixels layout, int width, int height, string content)
    {
        byte[] pixels = Pixels(layout, width, height, content);
        byte[] file = layout switch
        {
            PngPixels.Grey8 => PngWriter.Grey8(pixels, width, height),
            PngPixels.Grey16 => PngWriter.Grey16(MemoryMarshal.Cast<byte, ushort>(pixels), width, height),
            _ => PngWriter.Rgb(pixels, width, height),
        };
        Assert.Equal(pixels, Read(file, layout, width, height, out List<string> chunks));
        Assert.Equal(["IHDR", "IDAT", "IEND"], chunks);
        Assert.True(file.Length <= PngWriter.MaximumLength(width, height, layout));
    }

    [Fact]
    public void A_writer_that_has_written_before_writes_the_same_file_without_allocating()
    {
        byte[] large = Pixels(PngPixels.Rgb8, 384, 288, "patches"), small = Pixels(PngPixels.Grey16, 33, 17, "slope");
        byte[] file = new byte[PngWriter.MaximumLength(384, 288, PngPixels.Rgb8)], again = new byte[file.Length];
        var writer = new PngWriter();
        int length = writer.Write(large, 384, 288, PngPixels.Rgb8, file);
        writer.Write(small, 33, 17, PngPixels.Grey16, again);
        long before = GC.GetAllocatedBytesForCurrentThread();
        int second = writer.Write(large, 384, 288, PngPixels.Rgb8, again);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(file.AsSpan(0, length), again.AsSpan(0, second));
    }

    [Fact]
    public void A_chunk_of_the_callers_comes_right_behind_the_header()
    {
        byte[] file = new byte[PngWriter.MaximumLength(4, 4, PngPixels.Grey8, 5)];
        int length = new PngWriter().Write(new byte[16], 4, 4, PngPixels.Grey8, file, "rpFh"u8, "hello"u8);
        Read(file[..length], PngPixels.Grey8, 4, 4, out List<string> chunks);
        Assert.Equal(["IHDR", "rpFh", "IDAT", "IEND"], chunks);
        Assert.Equal("hello"u8, file.AsSpan(PngWriter.SecondChunkOffset + 8, 5));
    }

    [Fact]
    public void Noise_grows_by_no_more_than_blocks_that_store_it()
    {
        byte[] file = PngWriter.Grey8(Pixels(PngPixels.Grey8, 384, 288, "noise"), 384, 288);
        Assert.InRange(file.Length, 384 * 288, (385 * 288) + 100);
    }

    [Fact]
    public void Class_ids_in_patches_take_a_hundredth_of_their_bytes() =>
        Assert.InRange(PngWriter.Grey8(Pixels(PngPixels.Grey8, 384, 288, "patches"), 384, 288).Length, 100, 384 * 288 / 100);

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    [InlineData(3, 3)]
    public void Pixels_that_do_not_fill_the_size_are_refused(int width, int height) =>
        Assert.ThrowsAny<ArgumentException>(() => PngWriter.Grey8(new byte[8], width, height));

    [Theory]
    [InlineData(7, 19)]
    [InlineData(15, 40)]
    [InlineData(15, 286)]
    public void Codes_of_very_uneven_counts_stay_within_their_limit_and_are_complete(int longest, int symbols)
    {
        // Fibonacci numbers make the deepest tree there is.
        int[] counts = new int[symbols];
        (int a, int b) = (1, 1);
        for (int i = 0; i < symbols; i++)
        {
            counts[i] = a;
            (a, b) = (b, b < 1 << 24 ? a + b : b);
        }
        byte[] lengths = new byte[symbols];
        PrefixCode.Lengths(counts, longest, lengths);
        Assert.All(lengths, length => Assert.InRange(length, 1, longest));
        Assert.Equal(1.0, lengths.Sum(length => Math.Pow(2, -length)));
        Assert.Equal(lengths, lengths.OrderDescending());
        uint[] codes = new uint[symbols];
        PrefixCode.Codes(lengths, codes);
        Assert.Equal(symbols, codes.Distinct().Count());
    }

    [Theory]
    [InlineData(3, 257, 0)]
    [InlineData(10, 264, 0)]
    [InlineData(11, 265, 1)]
    [InlineData(12, 265, 1)]
    [InlineData(257, 284, 5)]
    [InlineData(258, 285, 0)]
    public void Lengths_have_the_symbols_of_the_standard(int length, int symbol, int bits) => Assert.Equal((symbol, bits), RunFinder.LengthSymbol(length));

    [Theory]
    [InlineData(1, 0, 0)]
    [InlineData(4, 3, 0)]
    [InlineData(5, 4, 1)]
    [InlineData(385, 17, 7)]
    [InlineData(24577, 29, 13)]
    [InlineData(32768, 29, 13)]
    public void Distances_have_the_symbols_of_the_standard(int distance, int symbol, int bits) => Assert.Equal((symbol, bits), RunFinder.DistanceSymbol(distance));

    private static byte[] Pixels(PngPixels layout, int width, int height, string content)
    {
        int samples = layout == PngPixels.Rgb8 ? 3 : 1;
        var random = new Random(width + height);
        var values = new ushort[width * height * samples];
        for (int i = 0; i < values.Length; i++)
        {
            (int x, int y) = (i / samples % width, i / samples / width);
            values[i] = (ushort)(content switch
            {
                "flat" => 77,
                "noise" => random.Next(65536),
                "slope" => (x * 37) + (y * 11) + random.Next(3),
                "patches" => (((x / 40) + (y / 30)) % 13) * 250,
                _ => (x * x * 31 / 7) % 60000,
            });
        }
        return layout == PngPixels.Grey16 ? MemoryMarshal.AsBytes(values.AsSpan()).ToArray() : [.. values.Select(value => (byte)value)];
    }

    private static byte[] Read(byte[] file, PngPixels layout, int width, int height, out List<string> chunks)
    {
        Assert.Equal(PngWriter.Signature, file.AsSpan(0, 8));
        chunks = [];
        byte[] compressed = [];
        int position = 8;
        while (position < file.Length)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(position));
            chunks.Add(Encoding.ASCII.GetString(file, position + 4, 4));
            Assert.Equal(Crc32.HashToUInt32(file.AsSpan(position + 4, 4 + length)), BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(position + 8 + length)));
            compressed = chunks[^1] == "IDAT" ? file[(position + 8)..(position + 8 + length)] : compressed;
            position += 12 + length;
        }
        int pixel = layout switch { PngPixels.Grey8 => 1, PngPixels.Grey16 => 2, _ => 3 }, stride = width * pixel;
        byte[] header = [.. BitConverter.GetBytes(width).Reverse(), .. BitConverter.GetBytes(height).Reverse(), (byte)(pixel == 2 ? 16 : 8), (byte)(pixel == 3 ? 2 : 0), 0, 0, 0];
        Assert.Equal(header, file[16..29]);
        using var inflate = new ZLibStream(new MemoryStream(compressed), CompressionMode.Decompress);
        byte[] above = new byte[stride], pixels = new byte[stride * height], line = new byte[stride + 1];
        for (int y = 0; y < height; y++)
        {
            inflate.ReadExactly(line);
            byte[] row = new byte[stride];
            for (int i = 0; i < stride; i++)
            {
                int a = i >= pixel ? row[i - pixel] : 0, b = above[i], c = i >= pixel ? above[i - pixel] : 0;
                (int toA, int toB, int toC) = (Math.Abs(b - c), Math.Abs(a - c), Math.Abs(a + b - c - c));
                int nearest = toA <= toB && toA <= toC ? a : toB <= toC ? b : c;
                row[i] = (byte)(line[i + 1] + (line[0] == 4 ? nearest : 0));
            }
            row.CopyTo(pixels, y * stride);
            above = row;
        }
        Assert.Equal(-1, inflate.ReadByte());
        if (pixel == 2)
        {
            Span<ushort> samples = MemoryMarshal.Cast<byte, ushort>(pixels.AsSpan());
            BinaryPrimitives.ReverseEndianness(samples, samples);
        }
        return pixels;
    }
}
