using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace RoboPerception.Interop.Ros2;

/// <summary>
/// Writes a ROS 2 message as its middleware carries it: CDR, little-endian (OMG DDS-XTypes 7.4.1, version 1). Every number is aligned to
/// its own size, counted from behind the four bytes of the encapsulation header. Kept and begun anew, so that a frame costs no memory.
/// </summary>
internal sealed class CdrWriter
{
    private const int HeadBytes = 4;

    private byte[] bytes = new byte[1024];
    private int length;

    /// <summary>The message so far.</summary>
    public ReadOnlyMemory<byte> Written => bytes.AsMemory(0, length);

    /// <summary>Begins a message.</summary>
    public void Begin()
    {
        length = 0;
        // Representation CDR_LE, no options.
        ReadOnlySpan<byte> head = [0x00, 0x01, 0x00, 0x00];
        head.CopyTo(Room(HeadBytes, 1));
    }

    public void Bool(bool value) => UInt8(value ? (byte)1 : (byte)0);

    public void UInt8(byte value) => Room(1, 1)[0] = value;

    public void UInt16(ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(Room(2, 2), value);

    public void Int32(int value) => BinaryPrimitives.WriteInt32LittleEndian(Room(4, 4), value);

    public void UInt32(uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Room(4, 4), value);

    public void Float32(float value) => BinaryPrimitives.WriteSingleLittleEndian(Room(4, 4), value);

    public void Float64(double value) => BinaryPrimitives.WriteDoubleLittleEndian(Room(8, 8), value);

    /// <summary>A string: its length with the closing zero, UTF-8, zero.</summary>
    public void String(string value)
    {
        int count = Encoding.UTF8.GetByteCount(value);
        UInt32((uint)count + 1);
        Encoding.UTF8.GetBytes(value, Room(count, 1));
        UInt8(0);
    }

    /// <summary>A sequence of bytes with its length.</summary>
    public void Sequence(ReadOnlySpan<byte> values) => values.CopyTo(Sequence(values.Length));

    /// <summary>A sequence of bytes with its length, to be filled by the caller before the next call.</summary>
    public Span<byte> Sequence(int count)
    {
        UInt32((uint)count);
        return Room(count, 1);
    }

    /// <summary>A sequence of numbers with its length.</summary>
    public void Sequence(ReadOnlySpan<float> values)
    {
        UInt32((uint)values.Length);
        MemoryMarshal.AsBytes(values).CopyTo(Room(values.Length * sizeof(float), sizeof(float)));
    }

    /// <summary>A sequence of numbers with its length.</summary>
    public void Sequence(IReadOnlyList<double> values)
    {
        UInt32((uint)values.Count);
        for (int i = 0; i < values.Count; i++)
        {
            Float64(values[i]);
        }
    }

    /// <summary>An array of known length.</summary>
    public void Array(ReadOnlySpan<double> values)
    {
        foreach (double value in values)
        {
            Float64(value);
        }
    }

    private Span<byte> Room(int count, int alignment)
    {
        int padding = length < HeadBytes || count == 0 ? 0 : -(length - HeadBytes) & (alignment - 1);
        int needed = checked(length + padding + count);
        if (needed > bytes.Length)
        {
            System.Array.Resize(ref bytes, Math.Max(needed, bytes.Length * 2));
        }
        bytes.AsSpan(length, padding).Clear();
        length = needed;
        return bytes.AsSpan(needed - count, count);
    }
}
