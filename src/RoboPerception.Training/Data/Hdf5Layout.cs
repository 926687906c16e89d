namespace RoboPerception.Training.Data;

/// <summary>Where the elements of an array lie (HDF5 file format, IV.A.2.i).</summary>
internal sealed record Hdf5Layout
{
    /// <summary>How chunks are found.</summary>
    public enum Lists
    {
        /// <summary>A B-tree of the first version.</summary>
        Tree,

        /// <summary>There is one.</summary>
        Single,

        /// <summary>They follow each other.</summary>
        Row,

        /// <summary>A fixed array of addresses.</summary>
        Table,
    }

    /// <summary>The elements themselves, of a small array; empty: they lie elsewhere.</summary>
    public ReadOnlyMemory<byte>? Compact { get; private init; }

    /// <summary>Where they lie, or what lists their chunks; <see cref="Hdf5Fields.Undefined"/>: never written.</summary>
    public ulong Address { get; private init; }

    /// <summary>Elements of a chunk along each dimension; null: in one piece.</summary>
    public int[]? Chunk { get; private init; }

    /// <summary>How chunks are found.</summary>
    public Lists List { get; private init; }

    /// <summary>Stored bytes of a single chunk, and which filters did not touch it; null: as many as it has, by none.</summary>
    public (ulong Length, uint Mask)? Filtered { get; private init; }

    /// <summary>Reads the message.</summary>
    /// <param name="message">The message.</param>
    /// <param name="rank">Dimensions of the array.</param>
    /// <param name="size">Bytes of an element.</param>
    public static Hdf5Layout Read(ReadOnlyMemory<byte> message, int rank, int size)
    {
        var fields = new Hdf5Fields(message.Span);
        var version = fields.Version("layout", 3, 4);
        switch (fields.Byte())
        {
            case 0:
                var length = fields.UInt16();
                fields.Take(length);
                return new Hdf5Layout { Compact = message.Slice(4, length) };
            case 1:
                return new Hdf5Layout { Address = fields.UInt64() };
            case 2 when version == 3:
                Rank(fields.Byte(), rank);
                var tree = fields.UInt64();
                return new Hdf5Layout { Address = tree, List = Lists.Tree, Chunk = Dimensions(fields.UInts(rank + 1, 4), size) };
            case 2:
                var flags = fields.Byte();
                Rank(fields.Byte(), rank);
                var chunk = Dimensions(fields.UInts(rank + 1, fields.Byte()), size);
                var kind = fields.Byte();
                (ulong, uint)? filtered = null;
                if (kind == 1 && (flags & 2) != 0)
                {
                    filtered = (fields.UInt64(), fields.UInt32());
                }

                fields.Skip(kind == 3 ? 1 : 0);
                var list = kind switch
                {
                    1 => Lists.Single,
                    2 => Lists.Row,
                    3 => Lists.Table,
                    _ => throw new FormatException("its chunks are listed in a way of HDF5 1.10 for arrays that grow; 'h5repack -f GZIP=4 IN OUT' lists them as MATLAB does"),
                };
                return new Hdf5Layout { Address = fields.UInt64(), List = list, Chunk = chunk, Filtered = filtered };
            default:
                throw new FormatException("it lies in other files");
        }
    }

    private static void Rank(byte stored, int rank)
    {
        if (rank == 0 || stored != rank + 1)
        {
            throw new FormatException($"its chunks have {stored - 1} dimensions where it has {rank}");
        }
    }

    // The last is the size of an element.
    private static int[] Dimensions(ulong[] stored, int size) => stored[^1] == (ulong)size && !stored.Contains(0UL)
        ? [.. stored[..^1].Select(dimension => checked((int)dimension))]
        : throw new FormatException($"its chunks are ({string.Join(", ", stored)})");
}
