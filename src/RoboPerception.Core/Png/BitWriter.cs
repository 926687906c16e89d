using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RoboPerception.Core;

/// <summary>A stream of bits that starts at the least significant one of each byte. Needs eight bytes of room behind its end.</summary>
internal ref struct BitWriter(Span<byte> target)
{
    private readonly Span<byte> target = target;
    private ulong bits;
    private int held;

    /// <summary>Whole bytes written.</summary>
    public int Position { get; private set; }

    /// <summary>Takes bits without writing them: at most 56 between two calls of <see cref="Flush"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Put(ulong value, int count)
    {
        bits |= value << held;
        held += count;
    }

    /// <summary>Writes the whole bytes; up to seven bits stay.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Flush()
    {
        MemoryMarshal.Write(target[Position..], in bits);
        Position += held >> 3;
        bits >>= held & ~7;
        held &= 7;
    }

    /// <summary>Fills the last byte with zeros.</summary>
    public void Align()
    {
        held = (held + 7) & ~7;
        Flush();
    }
}
