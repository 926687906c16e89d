namespace OpenCvSharp;

/// <summary>Owns a native cv::VideoCapture.</summary>
internal sealed class VideoCaptureSafeHandle : OpenCvSafeHandle
{
    public VideoCaptureSafeHandle(IntPtr handle)
        : base(handle, true)
    {
    }

    protected override bool ReleaseHandle()
    {
        NativeMethods.rp_capture_delete(handle);
        return true;
    }
}
