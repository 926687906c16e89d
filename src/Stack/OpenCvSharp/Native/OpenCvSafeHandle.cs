using System.Runtime.InteropServices;

namespace OpenCvSharp;

/// <summary>A native OpenCV object that is freed exactly once, and never while a native call uses it.</summary>
public abstract class OpenCvSafeHandle : SafeHandle
{
    protected OpenCvSafeHandle()
        : this(true)
    {
    }

    protected OpenCvSafeHandle(bool ownsHandle)
        : base(IntPtr.Zero, ownsHandle)
    {
    }

    protected OpenCvSafeHandle(IntPtr existingHandle, bool ownsHandle)
        : this(ownsHandle) => SetHandle(existingHandle);

    public override bool IsInvalid => handle == IntPtr.Zero;

    /// <summary>Stands for an argument that was left out.</summary>
    internal static OpenCvSafeHandle None { get; } = new MatSafeHandle(IntPtr.Zero, false);
}
