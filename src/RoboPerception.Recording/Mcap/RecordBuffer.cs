using System.Buffers.Binary;
using System.Text;

namespace RoboPerception.Recording.Mcap;

/// <summary>Bytes of records under way: everything little-endian, strings and maps with their length in bytes first. Kept and cleared, so that writing on costs no memory.</summary>
internal sealed class RecordBuffer
{
    private byte[] bytes = new byte[4096];

    /// <summary>Bytes written.</summary>
    public int Length { get; private set; }

    /// <summary>What was written.</summary>
    public ReadOnlySpan<byte> Written => bytes.AsSpan(0, Length);

    /// <summary>Empties it; the memory stays.</summary>
    public void Clear() => Length = 0;

    /// <summary>Begins a record. <see cref="End"/> fills in its length.</summary>
    /// <returns>What <see cref="End"/> wants.</returns>
    public int Begin(McapOpcode opcode)
    {
        Byte((byte)opcode);
        UInt64(0);
        return Length;
    }

    /// <summary>Ends the record that began there.</summary>
    /// <param name="start">What <see cref="Begin"/> gave.</param>
    /// <param name="more">Bytes of it that are still to come.</param>
    public void End(int start, int more = 0) => BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(start - 8), (ulong)(Length - start + more));

    public void Byte(byte value) => Room(1)[0] = value;

    public void UInt16(ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(Room(2), value);

    public void UInt32(uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Room(4), value);

    public void UInt64(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Room(8), value);

    public void Bytes(ReadOnlySpan<byte> value) => value.CopyTo(Room(value.Length));

    public void String(string value)
    {
        int count = Encoding.UTF8.GetByteCount(value);
        UInt32((uint)count);
        Encoding.UTF8.GetBytes(value, Room(count));
    }

    public void Map(IReadOnlyDictionary<string, string> entries)
    {
        int start = BeginArray();
        foreach ((string key, string value) in entries)
        {
            String(key);
            String(value);
        }
        EndArray(start);
    }

    /// <summary>Begins an array, whose length in bytes goes first.</summary>
    public int BeginArray()
    {
        UInt32(0);
        return Length;
    }

    /// <summary>Ends the array that began there.</summary>
    public void EndArray(int start) => BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(start - 4), (uint)(Length - start));

    private Span<byte> Room(int count)
    {
        if (bytes.Length - Length < count)
        {
            Array.Resize(ref bytes, Math.Max(checked(Length + count), bytes.Length * 2));
        }
        Length += count;
        return bytes.AsSpan(Length - count, count);
    }
}
