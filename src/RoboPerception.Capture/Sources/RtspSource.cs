using OpenCvSharp;
using RoboPerception.Core;

namespace RoboPerception.Capture;

/// <summary>
/// A network camera: <c>rtsp://user:password@host:554/stream</c>, read by FFmpeg, which asks for TCP first. The address is
/// passed on as it is, query included; user name and password appear in no message. A camera that is told another picture size has to
/// end the session (they do): OpenCV's FFmpeg reader cannot follow a change within one.
/// </summary>
internal sealed class RtspSource : LiveVideoSource
{
    /// <summary>How long FFmpeg waits for a connection or a packet, milliseconds; beyond it the stream counts as lost.</summary>
    public const int TimeoutMilliseconds = 5000;

    // CAP_PROP_OPEN_TIMEOUT_MSEC and CAP_PROP_READ_TIMEOUT_MSEC: OpenCV has had them since 4.5.4, the package's enum does not name them.
    private static readonly int[] Timeouts = [53, TimeoutMilliseconds, 54, TimeoutMilliseconds];

    private readonly string address;

    /// <summary>A stream that is opened later.</summary>
    public RtspSource(SourceUri uri)
        : base((uri ?? throw new ArgumentNullException(nameof(uri))).Name) => address = uri.Text;

    /// <inheritdoc/>
    protected override void OpenDevice()
    {
        if (!TryOpen())
        {
            throw new UserErrorException(
                ExitCode.NoSource,
                $"Stream '{Name}' does not open within {TimeoutMilliseconds / 1000} s: check host, port, path, user name and password (try it with ffplay).");
        }
    }

    // Only the constructor takes parameters, so every connection gets its own VideoCapture.
    private bool TryOpen()
    {
        ReplaceCapture(new VideoCapture(address, VideoCaptureAPIs.FFMPEG, Timeouts));
        return Capture.IsOpened();
    }
}
