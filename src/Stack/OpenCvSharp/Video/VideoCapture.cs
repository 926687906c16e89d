namespace OpenCvSharp;

/// <summary>
/// Frames from a file, a stream, a pipeline or a camera. What cannot be opened reports IsOpened() false; the end of the
/// frames is Read, Grab or Retrieve returning false. Reading into the same Mat again allocates nothing.
/// </summary>
public partial class VideoCapture : CvObject
{
    public VideoCapture()
    {
        NativeMethods.Check(NativeMethods.rp_capture_new(out var capture));
        SetSafeHandle(new VideoCaptureSafeHandle(capture));
    }

    public VideoCapture(int index, VideoCaptureAPIs apiPreference = VideoCaptureAPIs.ANY)
        : this(index, apiPreference, [])
    {
    }

    /// <summary>Parameters are pairs of property number and value.</summary>
    public VideoCapture(int index, VideoCaptureAPIs apiPreference, int[] prms)
        : this()
    {
        CaptureType = CaptureType.Camera;
        Open(index, apiPreference, prms);
    }

    public VideoCapture(string fileName, VideoCaptureAPIs apiPreference = VideoCaptureAPIs.ANY)
        : this(fileName, apiPreference, [])
    {
    }

    public VideoCapture(string fileName, VideoCaptureAPIs apiPreference, int[] prms)
        : this()
    {
        CaptureType = CaptureType.File;
        Open(fileName, apiPreference, prms);
    }

    public CaptureType CaptureType { get; private set; } = CaptureType.NotSpecified;

    public static VideoCapture FromCamera(int index, VideoCaptureAPIs apiPreference = VideoCaptureAPIs.ANY) => new(index, apiPreference);

    public static VideoCapture FromFile(string fileName, VideoCaptureAPIs apiPreference = VideoCaptureAPIs.ANY) => new(fileName, apiPreference);

    public bool Open(string fileName, VideoCaptureAPIs apiPreference = VideoCaptureAPIs.ANY)
    {
        CaptureType = CaptureType.File;
        return Open(fileName, apiPreference, []);
    }

    public bool Open(int index, VideoCaptureAPIs apiPreference = VideoCaptureAPIs.ANY)
    {
        CaptureType = CaptureType.Camera;
        return Open(index, apiPreference, []);
    }

    public bool IsOpened()
    {
        NativeMethods.Check(NativeMethods.rp_capture_is_opened(Handle, out var opened));
        return opened != 0;
    }

    public void Release() => NativeMethods.Check(NativeMethods.rp_capture_release(Handle));

    public bool Grab()
    {
        NativeMethods.Check(NativeMethods.rp_capture_grab(Handle, out var done));
        return done != 0;
    }

    public bool Retrieve(OutputArray image, int flag = 0)
    {
        NativeMethods.Check(NativeMethods.rp_capture_retrieve(Handle, image.Required(nameof(image)), flag, out var done));
        return done != 0;
    }

    public bool Retrieve(Mat image, int flag = 0)
    {
        ArgumentNullException.ThrowIfNull(image);
        NativeMethods.Check(NativeMethods.rp_capture_retrieve(Handle, image.Handle, flag, out var done));
        return done != 0;
    }

    /// <summary>A new matrix, empty when there is no frame.</summary>
    public Mat RetrieveMat()
    {
        var image = new Mat();
        Retrieve(image);
        return image;
    }

    public bool Read(OutputArray image)
    {
        NativeMethods.Check(NativeMethods.rp_capture_read(Handle, image.Required(nameof(image)), out var done));
        return done != 0;
    }

    public bool Read(Mat image)
    {
        ArgumentNullException.ThrowIfNull(image);
        NativeMethods.Check(NativeMethods.rp_capture_read(Handle, image.Handle, out var done));
        return done != 0;
    }

    public bool Set(VideoCaptureProperties propertyId, double value) => Set((int)propertyId, value);

    public bool Set(int propertyId, double value)
    {
        NativeMethods.Check(NativeMethods.rp_capture_set(Handle, propertyId, value, out var done));
        return done != 0;
    }

    public double Get(VideoCaptureProperties propertyId) => Get((int)propertyId);

    public double Get(int propertyId)
    {
        NativeMethods.Check(NativeMethods.rp_capture_get(Handle, propertyId, out var value));
        return value;
    }

    public unsafe string GetBackendName()
    {
        NativeMethods.Check(NativeMethods.rp_capture_backend(Handle, out var name));
        return NativeMethods.Text(name);
    }

    public void SetExceptionMode(bool enable) => NativeMethods.Check(NativeMethods.rp_capture_set_exception_mode(Handle, enable ? 1 : 0));

    public bool GetExceptionMode()
    {
        NativeMethods.Check(NativeMethods.rp_capture_get_exception_mode(Handle, out var enabled));
        return enabled != 0;
    }

    private unsafe bool Open(string fileName, VideoCaptureAPIs apiPreference, int[] prms)
    {
        ArgumentException.ThrowIfNullOrEmpty(fileName);
        ArgumentNullException.ThrowIfNull(prms);
        fixed (int* values = prms)
        {
            NativeMethods.Check(NativeMethods.rp_capture_open_file(Handle, fileName, (int)apiPreference, values, prms.Length, out var opened));
            return opened != 0;
        }
    }

    private unsafe bool Open(int index, VideoCaptureAPIs apiPreference, int[] prms)
    {
        ArgumentNullException.ThrowIfNull(prms);
        fixed (int* values = prms)
        {
            NativeMethods.Check(NativeMethods.rp_capture_open_index(Handle, index, (int)apiPreference, values, prms.Length, out var opened));
            return opened != 0;
        }
    }
}
