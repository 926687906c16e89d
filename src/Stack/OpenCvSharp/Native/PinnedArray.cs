using System.Runtime.InteropServices;

namespace OpenCvSharp;

/// <summary>A managed array held in place until the last matrix over it is gone.</summary>
internal sealed class PinnedArray
{
    private GCHandle _handle;
    private int _shares;

    public PinnedArray(Array array) => _handle = GCHandle.Alloc(array, GCHandleType.Pinned);

    public IntPtr Address => _handle.AddrOfPinnedObject();

    public void Share() => Interlocked.Increment(ref _shares);

    public void Release()
    {
        if (Interlocked.Decrement(ref _shares) == 0)
        {
            _handle.Free();
        }
    }
}
