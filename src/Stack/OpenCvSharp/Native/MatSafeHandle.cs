namespace OpenCvSharp;

/// <summary>Owns a native cv::Mat header and, with it, a share in the managed array that it may look into.</summary>
public class MatSafeHandle : OpenCvSafeHandle
{
    private readonly PinnedArray? _pin;

    public MatSafeHandle(IntPtr existingHandle, bool ownsHandle)
        : base(existingHandle, ownsHandle)
    {
    }

    internal MatSafeHandle(IntPtr existingHandle, PinnedArray? pin)
        : base(existingHandle, true)
    {
        _pin = pin;
        _pin?.Share();
    }

    /// <summary>The array below, which sub-matrices share.</summary>
    internal PinnedArray? Pin => _pin;

    protected override bool ReleaseHandle()
    {
        NativeMethods.rp_mat_delete(handle);
        _pin?.Release();
        return true;
    }
}
