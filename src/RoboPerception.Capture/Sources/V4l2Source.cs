using OpenCvSharp;
using RoboPerception.Core;

namespace RoboPerception.Capture;

/// <summary>A V4L2 camera: <c>v4l2:///dev/video0?size=1280x720&amp;fps=30&amp;format=MJPG</c>. Without options the driver's own settings stay.</summary>
internal sealed class V4l2Source : LiveVideoSource
{
    private readonly string device;
    private readonly Size size;
    private readonly double fps;
    private readonly string? format;

    /// <summary>A camera that is opened later.</summary>
    public V4l2Source(SourceUri uri)
        : base((uri ?? throw new ArgumentNullException(nameof(uri))).Name)
    {
        device = uri.Place.StartsWith('/') ? uri.Place : $"/dev/{uri.Place}";
        size = uri.Size("size", default);
        fps = uri.Number("fps", 0, 1, 1000);
        format = uri.Option("format");
        if (format is { Length: not 4 })
        {
            throw new UserErrorException(ExitCode.Usage, $"Source '{Name}': option format={format} is not a code of four letters such as MJPG or YUYV.");
        }
    }

    /// <inheritdoc/>
    protected override void OpenDevice()
    {
        // Names that stay the same whichever camera was plugged in first (/dev/v4l/by-id) are links, and links of unplugged cameras may remain.
        if (!File.Exists(device) || File.ResolveLinkTarget(device, returnFinalTarget: true) is { Exists: false })
        {
            string[] present = Present();
            throw new UserErrorException(
                ExitCode.NoSource,
                $"Camera '{device}' is not there; {(present.Length == 0 ? "no camera is connected" : $"connected are {string.Join(", ", present)}")}.");
        }

        if (!Capture.Open(device, VideoCaptureAPIs.V4L2))
        {
            throw new UserErrorException(
                ExitCode.NoSource,
                $"Camera '{device}' does not open: another program uses it, or this user may not (group 'video'), or it gives no images.");
        }

        // The format decides which sizes there are, the size which rates.
        if (format is not null)
        {
            Capture.Set(VideoCaptureProperties.FourCC, FourCC.FromString(format));
        }

        if (size != default)
        {
            Capture.Set(VideoCaptureProperties.FrameWidth, size.Width);
            Capture.Set(VideoCaptureProperties.FrameHeight, size.Height);
        }

        if (fps > 0)
        {
            Capture.Set(VideoCaptureProperties.Fps, fps);
        }

        // Two buffers: one fills while one is read; more only make frames older.
        Capture.Set(VideoCaptureProperties.BufferSize, 2);
    }

    /// <summary>The cameras there are; by their lasting names where they have one.</summary>
    private static string[] Present()
    {
        const string lasting = "/dev/v4l/by-id";
        string[] named = Directory.Exists(lasting) ? [.. Directory.EnumerateFiles(lasting).Order(NaturalOrder.Instance)] : [];
        return named.Length > 0 ? named : [.. Directory.EnumerateFiles("/dev", "video*").Order(NaturalOrder.Instance)];
    }
}
