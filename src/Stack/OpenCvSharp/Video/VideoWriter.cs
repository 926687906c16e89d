namespace OpenCvSharp;

/// <summary>Writes a video file. What cannot be opened reports IsOpened() false; a frame of another size is dropped in silence.</summary>
public class VideoWriter : CvObject
{
    public VideoWriter()
    {
        NativeMethods.Check(NativeMethods.rp_writer_new(out var writer));
        SetSafeHandle(new VideoWriterSafeHandle(writer));
    }

    public VideoWriter(string fileName, FourCC fourcc, double fps, Size frameSize, bool isColor = true)
        : this(fileName, VideoCaptureAPIs.ANY, fourcc, fps, frameSize, isColor)
    {
    }

    public VideoWriter(string fileName, VideoCaptureAPIs apiPreference, FourCC fourcc, double fps, Size frameSize, bool isColor = true)
        : this() => Open(fileName, apiPreference, fourcc, fps, frameSize, isColor);

    public VideoWriter(string fileName, FourCC fourcc, double fps, Size frameSize, int[] prms)
        : this(fileName, VideoCaptureAPIs.ANY, fourcc, fps, frameSize, prms)
    {
    }

    /// <summary>Parameters are pairs of property number and value.</summary>
    public VideoWriter(string fileName, VideoCaptureAPIs apiPreference, FourCC fourcc, double fps, Size frameSize, int[] prms)
        : this()
    {
        ArgumentNullException.ThrowIfNull(prms);
        Remember(fileName, fps, frameSize, true);
        unsafe
        {
            fixed (int* values = prms)
            {
                NativeMethods.Check(NativeMethods.rp_writer_open_with(
                    Handle, fileName, (int)apiPreference, fourcc.Value, fps, frameSize, values, prms.Length, out _));
            }
        }
    }

    public string FileName { get; private set; } = "";

    public double Fps { get; private set; }

    public Size FrameSize { get; private set; }

    public bool IsColor { get; private set; } = true;

    public static int FourCC(char c1, char c2, char c3, char c4) => OpenCvSharp.FourCC.FromFourChars(c1, c2, c3, c4).Value;

    public static int FourCC(string code) => OpenCvSharp.FourCC.FromString(code).Value;

    public bool Open(string fileName, FourCC fourcc, double fps, Size frameSize, bool isColor = true) =>
        Open(fileName, VideoCaptureAPIs.ANY, fourcc, fps, frameSize, isColor);

    public bool Open(string fileName, VideoCaptureAPIs apiPreference, FourCC fourcc, double fps, Size frameSize, bool isColor = true)
    {
        Remember(fileName, fps, frameSize, isColor);
        NativeMethods.Check(NativeMethods.rp_writer_open(
            Handle, fileName, (int)apiPreference, fourcc.Value, fps, frameSize, isColor ? 1 : 0, out var opened));
        return opened != 0;
    }

    public bool IsOpened()
    {
        NativeMethods.Check(NativeMethods.rp_writer_is_opened(Handle, out var opened));
        return opened != 0;
    }

    public void Release() => NativeMethods.Check(NativeMethods.rp_writer_release(Handle));

    public void Write(InputArray image) => NativeMethods.Check(NativeMethods.rp_writer_write(Handle, image.Required(nameof(image))));

    public bool Set(VideoWriterProperties propId, double value)
    {
        NativeMethods.Check(NativeMethods.rp_writer_set(Handle, (int)propId, value, out var done));
        return done != 0;
    }

    public double Get(VideoWriterProperties propId)
    {
        NativeMethods.Check(NativeMethods.rp_writer_get(Handle, (int)propId, out var value));
        return value;
    }

    public unsafe string GetBackendName()
    {
        NativeMethods.Check(NativeMethods.rp_writer_backend(Handle, out var name));
        return NativeMethods.Text(name);
    }

    private void Remember(string fileName, double fps, Size frameSize, bool isColor)
    {
        ArgumentException.ThrowIfNullOrEmpty(fileName);
        (FileName, Fps, FrameSize, IsColor) = (fileName, fps, frameSize, isColor);
    }
}
