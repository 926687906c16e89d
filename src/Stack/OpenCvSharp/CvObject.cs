namespace OpenCvSharp;

/// <summary>An object over one native handle.</summary>
public abstract class CvObject : DisposableObject
{
    private OpenCvSafeHandle? _handle;

    protected CvObject()
    {
    }

    protected CvObject(bool isEnabledDispose)
        : base(isEnabledDispose)
    {
    }

    protected CvObject(OpenCvSafeHandle safeHandle) => _handle = safeHandle;

    public IntPtr CvPtr
    {
        get
        {
            ThrowIfDisposed();
            return _handle?.DangerousGetHandle() ?? IntPtr.Zero;
        }
    }

    /// <summary>The handle for a native call; its marshalling keeps the memory alive until that call returns.</summary>
    internal OpenCvSafeHandle Handle
    {
        get
        {
            ThrowIfDisposed();
            return _handle ?? OpenCvSafeHandle.None;
        }
    }

    protected void SetSafeHandle(OpenCvSafeHandle handle) => _handle = handle;

    protected override void DisposeManaged() => _handle?.Dispose();
}
