using System.Buffers.Binary;

namespace RoboPerception.Training.Data;

/// <summary>Finds the stored chunks of an array: those that were never written are listed nowhere, or as nowhere.</summary>
internal sealed class Hdf5Chunks(Hdf5Bytes file, int[] shape, ulong[] most, Hdf5Layout layout, int chunkBytes, bool isFiltered)
{
    private readonly int[] chunk = layout.Chunk!;

    /// <summary>A stored chunk.</summary>
    /// <param name="Origin">Its first element.</param>
    /// <param name="Address">Where it lies.</param>
    /// <param name="Length">Bytes stored.</param>
    /// <param name="Mask">Bit i: filter i did not touch it.</param>
    public readonly record struct Place(int[] Origin, ulong Address, ulong Length, uint Mask);

    /// <summary>Calls back with each chunk that holds a part of entries <paramref name="first"/> to <paramref name="last"/> of the slowest dimension.</summary>
    public void Visit(int first, int last, Action<Place> found)
    {
        switch (layout)
        {
            case { Address: Hdf5Fields.Undefined }:
                break;
            case { List: Hdf5Layout.Lists.Tree }:
                Walk(layout.Address, null, first, last, found);
                break;
            case { List: Hdf5Layout.Lists.Single }:
                var (length, mask) = layout.Filtered ?? ((ulong)chunkBytes, 0);
                found(new Place(new int[shape.Length], layout.Address, length, mask));
                break;
            case { List: Hdf5Layout.Lists.Row }:
                Grid(first, last, (at, index) => found(new Place(Origin(at), checked(layout.Address + (index * (ulong)chunkBytes)), (ulong)chunkBytes, 0)));
                break;
            default:
                Table(first, last, found);
                break;
        }
    }

    private void Walk(ulong address, int? level, int first, int last, Action<Place> found)
    {
        // A chunk's length and mask; its origin, with one number more for the bytes of an element.
        const int head = 8;
        var node = Hdf5Node.Read(file, address, kind: 1, head + (8 * (shape.Length + 1)), level);
        for (var i = 0; i < node.Count; i++)
        {
            // In the order of their origins: what begins behind the last entry, or ends before the first, need not be looked at.
            if (Entry(node.Key(i)) > (ulong)last || Entry(node.Key(i + 1)) + (ulong)chunk[0] <= (ulong)first)
            {
                continue;
            }

            if (node.Level > 0)
            {
                Walk(node.Child(i), node.Level - 1, first, last, found);
                continue;
            }

            var key = new Hdf5Fields(node.Key(i));
            var (length, mask) = (key.UInt32(), key.UInt32());
            var origin = Origin(key.UInts(shape.Length, 8));
            if (origin[0] + (long)chunk[0] > first)
            {
                found(new Place(origin, node.Child(i), length, mask));
            }
        }

        static ulong Entry(ReadOnlySpan<byte> key) => BinaryPrimitives.ReadUInt64LittleEndian(key[head..]) & long.MaxValue;
    }

    private int[] Origin(ulong[] stored)
    {
        var origin = new int[stored.Length];
        for (var d = 0; d < origin.Length; d++)
        {
            origin[d] = stored[d] % (ulong)chunk[d] == 0 && stored[d] <= int.MaxValue ? (int)stored[d] : throw new FormatException($"a chunk begins at ({string.Join(", ", stored)})");
        }

        return origin;
    }

    private int[] Origin(int[] at) => [.. at.Zip(chunk, (place, length) => checked(place * length))];

    /// <summary>Places of chunks among chunks, and their numbers, which count all that the array may grow to.</summary>
    private void Grid(int first, int last, Action<int[], ulong> found)
    {
        var steps = new ulong[shape.Length];
        for (var (d, step) = (shape.Length - 1, 1UL); d >= 0; d--)
        {
            steps[d] = step;
            step = checked(step * ((most[d] + (ulong)chunk[d] - 1) / (ulong)chunk[d]));
        }

        var at = new int[shape.Length];
        at[0] = first / chunk[0];
        while (at[0] <= last / chunk[0])
        {
            var index = 0UL;
            for (var d = 0; d < at.Length; d++)
            {
                index = checked(index + ((ulong)at[d] * steps[d]));
            }

            found(at, index);
            var next = shape.Length - 1;
            for (at[next]++; next > 0 && at[next] > (shape[next] - 1) / chunk[next]; at[next]++)
            {
                at[next--] = 0;
            }
        }
    }

    /// <summary>A fixed array: addresses, in pages if there are many (HDF5 file format, VII.B).</summary>
    private void Table(int first, int last, Action<Place> found)
    {
        const int checksum = 4, head = 14, mostBits = 24;
        var fields = new Hdf5Fields(file.Read(layout.Address, 24));
        fields.Signature("FAHD"u8);
        fields.Version("fixed array", 0, 0);
        fields.Skip(1);
        int entry = fields.Byte(), bits = fields.Byte();
        var (count, address) = (fields.UInt64(), fields.UInt64());
        if (address == Hdf5Fields.Undefined)
        {
            return;
        }

        if (isFiltered ? entry is < 13 or > 20 : entry != 8)
        {
            throw new FormatException($"entries of {entry} bytes in its list of chunks");
        }

        new Hdf5Fields(file.Read(address, head)).Signature("FADB"u8);
        var inPage = bits <= mostBits ? 1UL << bits : throw new FormatException($"pages of 2^{bits} entries in its list of chunks");
        var isPaged = count > inPage;
        var map = isPaged ? file.Read(address + head, (((count - 1) / inPage) / 8) + 1) : [];
        var (number, page) = (ulong.MaxValue, Array.Empty<byte>());
        Grid(first, last, (at, index) =>
        {
            var wanted = index / inPage;
            if (index >= count)
            {
                throw new FormatException("its list of chunks is too short");
            }

            if (isPaged && (map[wanted / 8] & (0x80 >> (int)(wanted % 8))) == 0)
            {
                return;
            }

            if (wanted != number)
            {
                var size = Math.Min(inPage, count - (wanted * inPage)) * (ulong)entry;
                var skipped = isPaged ? (ulong)map.Length + checksum + (wanted * ((inPage * (ulong)entry) + checksum)) : 0;
                (number, page) = (wanted, file.Read(address + head + skipped, size));
            }

            var place = new Hdf5Fields(page.AsSpan((int)(index % inPage) * entry, entry));
            var chunkAddress = place.UInt64();
            if (chunkAddress != Hdf5Fields.Undefined)
            {
                found(isFiltered ? new Place(Origin(at), chunkAddress, place.UInt(entry - 12), place.UInt32()) : new Place(Origin(at), chunkAddress, (ulong)chunkBytes, 0));
            }
        });
    }
}
