using System.Buffers.Binary;
using System.Numerics;

namespace RoboPerception.Training.Data;

/// <summary>Walks over the fields of a part of an HDF5 file; one that reaches beyond its part is damage.</summary>
internal ref struct Hdf5Fields(ReadOnlySpan<byte> part)
{
    /// <summary>An address that says: nowhere.</summary>
    public const ulong Undefined = ulong.MaxValue;

    private ReadOnlySpan<byte> rest = part;

    /// <summary>What was not walked over yet.</summary>
    public readonly ReadOnlySpan<byte> Rest => rest;

    public byte Byte() => Take(1)[0];

    public ushort UInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(2));

    public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    public ulong UInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(8));

    /// <summary>A number of one to eight bytes.</summary>
    public ulong UInt(int size)
    {
        if (size is 0 or > 8)
        {
            throw new FormatException($"a number of {size} bytes");
        }

        Span<byte> wide = stackalloc byte[8];
        wide.Clear();
        Take((ulong)size).CopyTo(wide);
        return BinaryPrimitives.ReadUInt64LittleEndian(wide);
    }

    /// <summary>Numbers of one size in a row.</summary>
    public ulong[] UInts(int count, int size)
    {
        var numbers = new ulong[checked(count * size) <= rest.Length ? count : throw Beyond((ulong)count * (ulong)size)];
        for (var i = 0; i < count; i++)
        {
            numbers[i] = UInt(size);
        }

        return numbers;
    }

    /// <summary>Requires a signature of four letters.</summary>
    public void Signature(ReadOnlySpan<byte> letters)
    {
        if (!Take((ulong)letters.Length).SequenceEqual(letters))
        {
            throw new FormatException($"no '{System.Text.Encoding.ASCII.GetString(letters)}' where it says there is one");
        }
    }

    /// <summary>Requires one of the versions that are known.</summary>
    public byte Version(string of, byte least, byte most)
    {
        var version = Byte();
        return version >= least && version <= most ? version : throw new FormatException($"version {version} of its {of}");
    }

    public void Skip(int count) => Take((ulong)count);

    public ReadOnlySpan<byte> Take(ulong count)
    {
        if (count > (ulong)rest.Length)
        {
            throw Beyond(count);
        }

        var taken = rest[..(int)count];
        rest = rest[(int)count..];
        return taken;
    }

    /// <summary>Product of dimensions; more than 64 bits hold is damage.</summary>
    public static T Product<T>(ReadOnlySpan<T> dimensions)
        where T : INumber<T>
    {
        var product = T.One;
        foreach (var dimension in dimensions)
        {
            product = checked(product * dimension);
        }

        return product;
    }

    private readonly FormatException Beyond(ulong count) => new($"a part of it says it has {count} bytes where {rest.Length} can be");
}
