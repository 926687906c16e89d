using System.Buffers.Binary;
using System.Text;

namespace RoboPerception.Recording.Mcap;

/// <summary>Reads the fields of one record; lengths are checked against what is there before anything is made of them.</summary>
internal ref struct RecordReader(ReadOnlySpan<byte> bytes, long offset)
{
    private ReadOnlySpan<byte> rest = bytes;
    private readonly int length = bytes.Length;

    /// <summary>Bytes not yet read.</summary>
    public readonly ReadOnlySpan<byte> Rest => rest;

    public byte Byte() => Take(1)[0];

    public ushort UInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(2));

    public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    public ulong UInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(8));

    /// <summary>A string: four bytes of length, then UTF-8.</summary>
    public string String() => Encoding.UTF8.GetString(Take(UInt32()));

    /// <summary>Bytes behind a length of four bytes.</summary>
    public byte[] Bytes() => Take(UInt32()).ToArray();

    /// <summary>Bytes behind a length of eight bytes.</summary>
    public ReadOnlySpan<byte> LongBytes() => Take(UInt64());

    public Dictionary<string, string> Map()
    {
        var entries = new Dictionary<string, string>();
        var inner = new RecordReader(Take(UInt32()), offset);
        while (inner.rest.Length > 0)
        {
            string key = inner.String();
            entries[key] = inner.String();
        }
        return entries;
    }

    private ReadOnlySpan<byte> Take(ulong count)
    {
        if (count > (ulong)rest.Length)
        {
            throw new McapFormatException($"a field of {count} bytes reaches beyond its record", offset + (length - rest.Length));
        }
        ReadOnlySpan<byte> taken = rest[..(int)count];
        rest = rest[(int)count..];
        return taken;
    }
}
