using System.Buffers.Binary;
using System.IO.Compression;

namespace RoboPerception.Training.Data;

/// <summary>What was done to the chunks of an array before they were written: shuffling, deflate, a checksum (HDF5 file format, IV.A.2.l).</summary>
internal sealed class Hdf5Filters
{
    private const int Deflate = 1, Shuffle = 2, Fletcher = 3, MostFilters = 4, FletcherBytes = 4;
    private readonly List<(int Kind, int ElementSize)> filters = [];

    /// <summary>Whether chunks are stored as they are.</summary>
    public bool IsEmpty => filters.Count == 0;

    /// <summary>Reads the message; an array without one has no filters.</summary>
    public static Hdf5Filters Read(Hdf5Header header)
    {
        var read = new Hdf5Filters();
        foreach (var message in header.All(Hdf5Header.Filters))
        {
            var fields = new Hdf5Fields(message.Span);
            var version = fields.Version("filters", 1, 2);
            var count = fields.Byte();
            if (count > MostFilters)
            {
                throw new FormatException($"{count} filters where {MostFilters} can be");
            }

            fields.Skip(version == 1 ? 6 : 0);
            for (var i = 0; i < count; i++)
            {
                var kind = fields.UInt16();
                var name = version == 1 || kind >= 256 ? fields.UInt16() : 0;
                fields.Skip(2);
                var values = fields.UInt16();
                fields.Skip(version == 1 ? (name + 7) & ~7 : name);
                if (kind is not (Deflate or Shuffle or Fletcher))
                {
                    throw new FormatException($"filter {kind} is none of deflate, shuffle and fletcher32");
                }

                var first = values > 0 ? fields.UInt32() : 0;
                fields.Skip(4 * (Math.Max(values - 1, 0) + (version == 1 ? values & 1 : 0)));
                read.filters.Add((kind, checked((int)first)));
            }
        }

        return read;
    }

    /// <summary>A chunk as it was before.</summary>
    /// <param name="stored">As it is in the file.</param>
    /// <param name="mask">Bit i: filter i did not touch it.</param>
    /// <param name="length">Bytes that it has.</param>
    public byte[] Undo(byte[] stored, uint mask, int length)
    {
        var content = stored;
        for (var i = filters.Count - 1; i >= 0; i--)
        {
            if ((mask & (1u << i)) == 0)
            {
                content = filters[i] switch
                {
                    (Deflate, _) => Inflated(content, checked(length + (FletcherBytes * filters[..i].Count(filter => filter.Kind == Fletcher)))),
                    (Shuffle, var size) => Unshuffled(content, size),
                    _ => Checked(content),
                };
            }
        }

        return content.Length == length ? content : throw new FormatException($"a chunk has {content.Length} bytes instead of {length}");
    }

    private static byte[] Inflated(byte[] content, int most)
    {
        using var zlib = new ZLibStream(new MemoryStream(content), CompressionMode.Decompress);
        var inflated = GC.AllocateUninitializedArray<byte>(most);
        var length = zlib.ReadAtLeast(inflated, most, throwOnEndOfStream: false);
        if (zlib.ReadByte() >= 0)
        {
            throw new FormatException($"a chunk unpacks to more than {most} bytes");
        }

        return length == most ? inflated : inflated[..length];
    }

    // First the first bytes of all elements, then their second; what is left over at the end is as it was.
    private static byte[] Unshuffled(byte[] content, int size)
    {
        if (size <= 1 || size > content.Length)
        {
            return content;
        }

        var count = content.Length / size;
        var result = (byte[])content.Clone();
        for (var b = 0; b < size; b++)
        {
            var from = content.AsSpan(b * count, count);
            for (int i = 0, to = b; i < from.Length; i++, to += size)
            {
                result[to] = from[i];
            }
        }

        return result;
    }

    private static byte[] Checked(byte[] content)
    {
        if (content.Length < FletcherBytes)
        {
            throw new FormatException("a chunk is shorter than its checksum");
        }

        var data = content[..^FletcherBytes];
        return Sum(data) == BinaryPrimitives.ReadUInt32LittleEndian(content.AsSpan(data.Length)) ? data : throw new FormatException("a chunk does not fit its checksum");
    }

    // Fletcher's, over words of 16 bits with the high byte first.
    private static uint Sum(ReadOnlySpan<byte> data)
    {
        uint low = 0, high = 0;
        for (var i = 0; i < data.Length; i += 2)
        {
            low = (low + (uint)((data[i] << 8) | (i + 1 < data.Length ? data[i + 1] : 0))) % 65535;
            high = (high + low) % 65535;
        }

        return (high << 16) | low;
    }
}
