using System.Numerics;
using System.Runtime.CompilerServices;

namespace RoboPerception.Training.Data;

/// <summary>An array of numbers in an HDF5 file. Reads from one thread at a time.</summary>
internal sealed class Hdf5Array
{
    private const int MostDimensions = 32;
    private readonly Hdf5Bytes file;
    private readonly int[] shape;
    private readonly Hdf5Type type;
    private readonly Hdf5Layout layout;
    private readonly Hdf5Filters filters;
    private readonly byte[] fill;
    private readonly ulong[] most;

    // Chunks often hold parts of several entries, and the next entry is mostly the next one wanted: those of the last entry are kept.
    private readonly Dictionary<ulong, byte[]> kept = [];
    private int keptRow = -1;

    private Hdf5Array(Hdf5Bytes file, Hdf5Header header)
    {
        this.file = file;
        (shape, most) = Dimensions(header.One(Hdf5Header.Dataspace, "dimensions"));
        type = Hdf5Type.Read(header.One(Hdf5Header.Datatype, "type"));
        fill = Fill(header, type.Size);
        filters = Hdf5Filters.Read(header);
        layout = header.Has(Hdf5Header.ExternalFiles)
            ? throw new FormatException("it lies in other files")
            : Hdf5Layout.Read(header.All(Hdf5Header.Layout).FirstOrDefault(), shape.Length, type.Size);
    }

    /// <summary>Dimensions, slowest first; none: a single number.</summary>
    public IReadOnlyList<int> Shape => shape;

    /// <summary>Reads the description of the array at an address.</summary>
    public static Hdf5Array Open(Hdf5Bytes file, ulong address) => new(file, Hdf5Header.Read(file, address));

    /// <summary>Elements of the array, or of some entries of its slowest dimension.</summary>
    /// <param name="first">The first entry.</param>
    /// <param name="count">Entries.</param>
    /// <param name="limit">Bytes that the elements may have, and that chunks may be unpacked to.</param>
    public T[] Read<T>(int first, int count, long limit)
        where T : unmanaged, INumber<T>
    {
        var row = Hdf5Fields.Product<long>([.. shape.Skip(1).Select(dimension => (long)dimension)]);
        var length = checked(count * row);
        var (skipped, stored) = checked(((ulong)(first * row * type.Size), (ulong)(length * type.Size)));
        var bytes = checked(length * Math.Max(type.Size, Unsafe.SizeOf<T>()));
        if (bytes > limit || length > Array.MaxLength)
        {
            throw new FormatException($"{length} elements of {type.Size} bytes are more than the file can hold");
        }

        var values = new T[length];
        if (length == 0)
        {
            return values;
        }

        if (layout.Chunk is { } chunk)
        {
            Fill(values);
            Gather(values, chunk, first, count, limit);
        }
        else if (layout.Compact is { } compact)
        {
            var fields = new Hdf5Fields(compact.Span);
            fields.Take(skipped);
            type.Convert(fields.Take(stored), values.AsSpan());
        }
        else if (layout.Address == Hdf5Fields.Undefined)
        {
            Fill(values);
        }
        else
        {
            type.Convert(file.Read(checked(layout.Address + skipped), stored), values.AsSpan());
        }

        return values;
    }

    private static (int[] Shape, ulong[] Most) Dimensions(ReadOnlySpan<byte> message)
    {
        var fields = new Hdf5Fields(message);
        var version = fields.Version("dimensions", 1, 2);
        int rank = fields.Byte(), flags = fields.Byte();
        if (version == 2 && fields.Byte() == 2)
        {
            throw new FormatException("it is empty");
        }

        fields.Skip(version == 1 ? 5 : 0);
        var stored = rank <= MostDimensions ? fields.UInts(rank, 8) : throw new FormatException($"it has {rank} dimensions");
        var grown = (flags & 1) != 0 ? fields.UInts(rank, 8) : stored;
        int[] shape = [.. stored.Select(dimension => checked((int)dimension))];
        return (shape, grown);
    }

    /// <summary>The value of elements that were never written.</summary>
    private static byte[] Fill(Hdf5Header header, int size)
    {
        byte[]? value = null;
        foreach (var message in header.All(Hdf5Header.FillValue))
        {
            var fields = new Hdf5Fields(message.Span);
            var version = fields.Version("fill value", 1, 3);
            var flags = version == 3 ? fields.Byte() : 0;
            if (version < 3)
            {
                fields.Skip(2);
            }

            var isThere = version == 3 ? (flags & 32) != 0 : fields.Byte() != 0 || version == 1;
            value = isThere ? fields.Take(fields.UInt32()).ToArray() : null;
        }

        return value is null or [] ? new byte[size] : value.Length == size ? value : throw new FormatException($"a fill value of {value.Length} bytes for elements of {size}");
    }

    private void Fill<T>(T[] values)
        where T : unmanaged, INumber<T>
    {
        Span<T> one = stackalloc T[1];
        type.Convert(fill, one);
        values.AsSpan().Fill(one[0]);
    }

    private void Gather<T>(T[] values, int[] chunk, int first, int count, long limit)
        where T : unmanaged, INumber<T>
    {
        var elements = Hdf5Fields.Product<long>([.. chunk.Select(dimension => (long)dimension)]);
        var bytes = checked((int)(elements * type.Size));
        if (bytes > limit)
        {
            throw new FormatException($"chunks of {elements} elements of {type.Size} bytes are more than the file can hold");
        }

        var isKept = count == 1 && chunk[0] > 1;
        if (!isKept || keptRow != first / chunk[0])
        {
            kept.Clear();
            keptRow = first / chunk[0];
        }

        new Hdf5Chunks(file, shape, most, layout, bytes, !filters.IsEmpty).Visit(first, first + count - 1, place =>
        {
            limit -= bytes;
            if (limit < 0)
            {
                throw new FormatException("its chunks hold more than it does");
            }

            if (!kept.TryGetValue(place.Address, out var content))
            {
                content = filters.Undo(file.Read(place.Address, place.Length), place.Mask, bytes);
            }

            if (isKept)
            {
                kept[place.Address] = content;
            }

            Hdf5Part.Copy(content, type, chunk, place.Origin, values, shape, first, count);
        });
    }
}
