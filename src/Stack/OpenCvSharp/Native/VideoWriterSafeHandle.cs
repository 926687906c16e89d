namespace OpenCvSharp;

/// <summary>Owns a native cv::VideoWriter.</summary>
internal sealed class VideoWriterSafeHandle : OpenCvSafeHandle
{
    public VideoWriterSafeHandle(IntPtr handle)
        : base(handle, true)
    {
    }

    protected override bool ReleaseHandle()
    {
        NativeMethods.rp_writer_delete(handle);
        return true;
    }
}
