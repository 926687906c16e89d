using System.Numerics;
using System.Runtime.InteropServices;

namespace RoboPerception.Training.Data;

/// <summary>Numbers as an HDF5 file holds them: little-endian, of whole bytes.</summary>
/// <param name="IsFloat">Of IEEE 754, else whole.</param>
/// <param name="IsSigned">Of whole numbers: whether they may be negative.</param>
/// <param name="Size">Bytes of each.</param>
internal sealed record Hdf5Type(bool IsFloat, bool IsSigned, int Size)
{
    private static readonly string[] Classes = ["FixedPoint", "FloatingPoint", "Time", "String", "BitField", "Opaque", "Compound", "Reference", "Enumerated", "VariableLength", "Array"];

    /// <summary>Reads the message that describes it.</summary>
    public static Hdf5Type Read(ReadOnlySpan<byte> message)
    {
        var fields = new Hdf5Fields(message);
        var kind = fields.Byte() & 15;
        var bits = fields.UInt(3);
        var size = fields.UInt32();
        if (kind > 1)
        {
            throw new FormatException($"its elements are {(kind < Classes.Length ? Classes[kind] : $"of class {kind}")} of {size} bytes, not numbers");
        }

        // Bit 0: big-endian; and bit 6: that of the VAX.
        if ((bits & (kind == 0 ? 1UL : 65UL)) != 0)
        {
            throw new FormatException("the byte order of its elements is not little-endian");
        }

        var isWhole = fields.UInt16() == 0 && fields.UInt16() == 8 * size;
        var isKnown = kind == 0
            ? size is 1 or 2 or 4 or 8
            : (size, fields.Byte(), fields.Byte(), fields.Byte(), fields.Byte()) is (4, 23, 8, 0, 23) or (8, 52, 11, 0, 52);
        return isWhole && isKnown ? new Hdf5Type(kind == 1, (bits & 8) != 0, (int)size) : throw new FormatException($"its elements are {Classes[kind]} of {size} bytes in a form of their own");
    }

    /// <summary>Converts elements; what the other type cannot hold becomes its nearest value.</summary>
    public void Convert<T>(ReadOnlySpan<byte> from, Span<T> to)
        where T : unmanaged, INumber<T>
    {
        switch (Size)
        {
            case 4 when IsFloat: Convert<float, T>(from, to); break;
            case 8 when IsFloat: Convert<double, T>(from, to); break;
            case 1 when IsSigned: Convert<sbyte, T>(from, to); break;
            case 1: Convert<byte, T>(from, to); break;
            case 2 when IsSigned: Convert<short, T>(from, to); break;
            case 2: Convert<ushort, T>(from, to); break;
            case 4 when IsSigned: Convert<int, T>(from, to); break;
            case 4: Convert<uint, T>(from, to); break;
            case 8 when IsSigned: Convert<long, T>(from, to); break;
            default: Convert<ulong, T>(from, to); break;
        }
    }

    private static void Convert<TFrom, TTo>(ReadOnlySpan<byte> from, Span<TTo> to)
        where TFrom : unmanaged, INumber<TFrom>
        where TTo : unmanaged, INumber<TTo>
    {
        if (typeof(TFrom) == typeof(TTo))
        {
            from.CopyTo(MemoryMarshal.AsBytes(to));
            return;
        }

        var values = MemoryMarshal.Cast<byte, TFrom>(from);
        for (var i = 0; i < to.Length; i++)
        {
            to[i] = TTo.CreateSaturating(values[i]);
        }
    }
}
