using System.Runtime.CompilerServices;

namespace RoboPerception.Inference;

/// <summary>Buffers for native code on the pinned object heap, aligned to a cache line: vector loads do not straddle one.</summary>
internal static class PinnedMemory
{
    private const int Alignment = 64;

    public static unsafe Memory<T> Allocate<T>(int length)
        where T : unmanaged
    {
        T[] array = GC.AllocateArray<T>(length + Alignment / sizeof(T), pinned: true);
        nint address = (nint)Unsafe.AsPointer(ref array[0]);
        int skipped = (int)((Alignment - (address & (Alignment - 1))) & (Alignment - 1));
        return array.AsMemory(skipped / sizeof(T), length);
    }
}
