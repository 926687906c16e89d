using RoboPerception.Core;

namespace RoboPerception.Capture;

/// <summary>
/// Makes sources from addresses. Built in:
/// <list type="table">
/// <item><term><c>v4l2:///dev/video0?size=1280x720&amp;fps=30&amp;format=MJPG</c></term><description>a USB or other V4L2 camera; live. Plain <c>/dev/video0</c> is the same.</description></item>
/// <item><term><c>csi://0?size=1280x720&amp;fps=30&amp;flip=0</c></term><description>a CSI camera of a Jetson, by its sensor number, through GStreamer's nvarguscamerasrc in a child process; live.</description></item>
/// <item><term><c>gst://v4l2src device=/dev/video0 ! image/jpeg ! jpegdec</c></term><description>any GStreamer pipeline that ends in raw video, in a child process; live.</description></item>
/// <item><term><c>rtsp://user:password@host:554/stream</c></term><description>a network camera (also <c>rtsps</c>), read by the program ffmpeg over TCP; live. Decoded by the hardware of a Jetson if the address holds no
/// user name, password or query: the words of a child's command line can be read by every user of the machine.</description></item>
/// <item><term><c>walk.mp4</c>, <c>file:///data/walk.mp4</c></term><description>a video file; recording.</description></item>
/// <item><term><c>images/</c>, <c>images/left_*.png</c>, <c>file:///data/images?fps=10</c></term><description>the images of a folder or glob in natural order; recording.</description></item>
/// <item><term><c>test://?size=640x480&amp;fps=30&amp;frames=100</c></term><description>a moving pattern, bit-identical on every run; recording, or live with <c>live=true</c>. Faults to order are listed at <see cref="TestPatternSource"/>.</description></item>
/// </list>
/// Other schemes can be added with <see cref="Register"/>.
/// </summary>
internal sealed class SourceFactory
{
    private readonly Dictionary<string, (string Example, Func<SourceUri, FrameSource> Create)> schemes = [];

    /// <summary>A factory with the built-in schemes.</summary>
    public SourceFactory()
    {
        Register("v4l2", "v4l2:///dev/video0?size=1280x720&fps=30", uri => new V4l2Source(uri));
        Register("csi", "csi://0?size=1280x720&fps=30", uri => new GStreamerSource(uri.Name, GStreamerPipeline.OfCsi(uri)));
        Register("gst", "'gst://v4l2src device=/dev/video0 ! image/jpeg ! jpegdec'", uri => new GStreamerSource(uri.Name, GStreamerPipeline.OfText(uri)));
        Register("rtsp", "rtsp://host:554/stream", CreateStream);
        Register("rtsps", "rtsps://host:322/stream", CreateStream);
        Register("file", "recording.mp4, images/, 'images/*.png'", CreateFile);
        Register("test", "test://?size=640x480&fps=30&frames=100", uri => new TestPatternSource(uri));
    }

    /// <summary>An example address for every scheme, for help texts.</summary>
    public IEnumerable<string> Examples => schemes.Values.Select(scheme => scheme.Example);

    /// <summary>Adds or replaces a scheme.</summary>
    /// <param name="scheme">Scheme in lower case, without <c>://</c>.</param>
    /// <param name="example">An address for help texts and errors.</param>
    /// <param name="create">Makes an unopened source; throws UserErrorException on options it does not know.</param>
    public void Register(string scheme, string example, Func<SourceUri, FrameSource> create)
    {
        ArgumentException.ThrowIfNullOrEmpty(scheme);
        ArgumentNullException.ThrowIfNull(create);
        schemes[scheme] = (example, create);
    }

    /// <summary>Makes an unopened source. Paths are only looked at here, cameras and streams not before Open.</summary>
    /// <exception cref="UserErrorException">Unknown scheme or option (exit code 2), missing file (exit code 4).</exception>
    public FrameSource Create(string address)
    {
        SourceUri uri = SourceUri.Parse(address);
        if (!schemes.TryGetValue(uri.Scheme, out var scheme))
        {
            string hint = uri.Scheme is "http" or "https"
                ? $" A camera that sends JPEGs over HTTP is read by 'gst://souphttpsrc location={uri.Name} is-live=true ! multipartdemux ! jpegdec'."
                : "";
            throw new UserErrorException(
                ExitCode.Usage, $"Source '{uri.Name}': '{uri.Scheme}://' is unknown.{hint} Known are: {string.Join("; ", Examples)}.");
        }

        FrameSource source = scheme.Create(uri);
        try
        {
            uri.RefuseOtherOptions();
            return source;
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    private static FrameSource CreateStream(SourceUri uri) =>
        GStreamerPipeline.HasHardwareDecoder && uri.Place.AsSpan().IndexOfAny('@', '?') < 0
            ? new GStreamerSource(uri.Name, GStreamerPipeline.OfRtsp(uri.Text))
            : new RtspSource(uri);

    /// <summary>A video file or images, for whoever replaces the scheme <c>file</c> to take more.</summary>
    public static FrameSource CreateFile(SourceUri uri)
    {
        string path = uri.Place;
        if (File.Exists(path) && !ImageSequenceSource.IsImage(path))
        {
            return new VideoFileSource(path);
        }

        return File.Exists(path) || Directory.Exists(path) || ImageSequenceSource.IsGlob(path)
            ? new ImageSequenceSource(uri)
            : throw new UserErrorException(
                ExitCode.NoSource, $"Source '{path}' does not exist (looked at '{Path.GetFullPath(path)}'); check the path.");
    }
}
