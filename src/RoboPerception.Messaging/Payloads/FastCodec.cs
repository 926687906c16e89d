using System.IO.Compression;
using System.Runtime.Intrinsics;

namespace RoboPerception.Messaging;

/// <summary>
/// The <c>fast</c> encoding: a transform that makes neighbours alike, then Brotli from the base class library.
/// Every row starts anew, its left neighbour being 0, so that all differences can be taken in vectors.
/// <list type="bullet">
/// <item>depth: v = millimetres; d = v[x] - v[x-1] mod 2^16; the plane of low bytes of d, then the plane of high bytes; Brotli quality 0.</item>
/// <item>normals: the octahedral planes u and v (<see cref="OctahedralNormals"/>), each with d = b[x] - b[x-1] mod 2^8; Brotli quality 1.</item>
/// <item>segmentation: the class ids as they are; Brotli quality 1.</item>
/// </list>
/// </summary>
internal static class FastCodec
{
    /// <summary>Brotli window, 2^22 bytes: larger than any frame, so that nothing is out of reach.</summary>
    private const int WindowBits = 22;

    public static int MaximumLength(int bytes) => BrotliEncoder.GetMaxCompressedLength(bytes);

    /// <summary>Row delta of 16-bit samples, split into the plane of low and the plane of high bytes.</summary>
    public static void DeltaSplit(ReadOnlySpan<ushort> samples, int width, Span<byte> planes)
    {
        Span<byte> low = planes[..samples.Length];
        Span<byte> high = planes.Slice(samples.Length, samples.Length);
        Vector128<ushort> mask = Vector128.Create((ushort)0xFF);
        for (int start = 0; start < samples.Length; start += width)
        {
            ReadOnlySpan<ushort> row = samples.Slice(start, width);
            (low[start], high[start]) = ((byte)row[0], (byte)(row[0] >> 8));
            int x = 1;
            for (; x <= width - 16; x += 16)
            {
                Vector128<ushort> first = Vector128.Create(row[x..]) - Vector128.Create(row[(x - 1)..]);
                Vector128<ushort> second = Vector128.Create(row[(x + 8)..]) - Vector128.Create(row[(x + 7)..]);
                Vector128.Narrow(first & mask, second & mask).CopyTo(low[(start + x)..]);
                Vector128.Narrow(first >>> 8, second >>> 8).CopyTo(high[(start + x)..]);
            }
            for (; x < width; x++)
            {
                int delta = row[x] - row[x - 1];
                (low[start + x], high[start + x]) = ((byte)delta, (byte)(delta >> 8));
            }
        }
    }

    public static void JoinSum(ReadOnlySpan<byte> planes, int width, Span<ushort> samples)
    {
        ReadOnlySpan<byte> low = planes[..samples.Length];
        ReadOnlySpan<byte> high = planes.Slice(samples.Length, samples.Length);
        for (int start = 0; start < samples.Length; start += width)
        {
            ushort value = 0;
            for (int i = start; i < start + width; i++)
            {
                value += (ushort)(low[i] | (high[i] << 8));
                samples[i] = value;
            }
        }
    }

    /// <summary>Row delta of bytes.</summary>
    public static void Delta(ReadOnlySpan<byte> bytes, int width, Span<byte> deltas)
    {
        for (int start = 0; start < bytes.Length; start += width)
        {
            PixelConversion.SubFilter(bytes.Slice(start, width), deltas.Slice(start, width), 1);
        }
    }

    public static void Sum(Span<byte> deltas, int width)
    {
        for (int start = 0; start < deltas.Length; start += width)
        {
            byte value = 0;
            foreach (ref byte b in deltas.Slice(start, width))
            {
                b = value += b;
            }
        }
    }

    public static int Compress(ReadOnlySpan<byte> source, Span<byte> destination, int quality) =>
        BrotliEncoder.TryCompress(source, destination, out int written, quality, WindowBits)
            ? written
            : throw new InvalidOperationException($"Brotli found no room for {source.Length} bytes in {destination.Length}.");

    /// <exception cref="PayloadException">The data is not Brotli or has another length.</exception>
    public static void Decompress(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        if (!BrotliDecoder.TryDecompress(source, destination, out int written) || written != destination.Length)
        {
            throw new PayloadException($"The fast payload does not unpack to {destination.Length} bytes.");
        }
    }
}
