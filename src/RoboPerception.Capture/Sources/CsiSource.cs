using System.Globalization;
using OpenCvSharp;
using RoboPerception.Core;

namespace RoboPerception.Capture;

/// <summary>A CSI camera of a Jetson: <c>csi://0?size=1280x720&amp;fps=30&amp;flip=0</c>; flip is nvvidconv's flip-method, 0 to 7.</summary>
internal sealed class CsiSource : LiveVideoSource
{
    private const string Sink = "appsink drop=true max-buffers=1 sync=false";

    /// <summary>A camera that is opened later.</summary>
    public CsiSource(SourceUri uri)
        : base((uri ?? throw new ArgumentNullException(nameof(uri))).Name)
    {
        if (!int.TryParse(uri.Place, NumberStyles.None, CultureInfo.InvariantCulture, out int sensor))
        {
            throw new UserErrorException(ExitCode.Usage, $"Source '{Name}': csi:// needs the sensor's number, e.g. csi://0.");
        }

        Size size = uri.Size("size", new Size(1280, 720));
        int fps = uri.Integer("fps", 30, 1, 240);
        int flip = uri.Integer("flip", 0, 0, 7);
        Pipeline = string.Create(
            CultureInfo.InvariantCulture,
            $"nvarguscamerasrc sensor-id={sensor} ! video/x-raw(memory:NVMM),width={size.Width},height={size.Height},framerate={fps}/1 ! "
            + $"nvvidconv flip-method={flip} ! video/x-raw,format=BGRx ! videoconvert ! video/x-raw,format=BGR ! "
            + $"{Sink}");
    }

    /// <summary>The GStreamer pipeline. Its sink keeps the newest frame only, so that nothing grows old in a queue.</summary>
    public string Pipeline { get; }

    /// <inheritdoc/>
    protected override void OpenDevice()
    {
        if (!Capture.Open(Pipeline, VideoCaptureAPIs.GSTREAMER))
        {
            throw new UserErrorException(
                ExitCode.NoSource,
                $"Camera '{Name}' does not open: this needs a Jetson with the sensor connected, nvargus-daemon running and an OpenCV with GStreamer. "
                + $"Try: gst-launch-1.0 {Pipeline.Replace(Sink, "fakesink", StringComparison.Ordinal)}");
        }
    }
}
