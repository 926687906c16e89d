using OpenCvSharp;
using RoboPerception.Capture;
using RoboPerception.Core;
using RoboPerception.Scenes;

namespace RoboPerception.Node.Sources;

/// <summary>
/// <c>scene://room?seed=7</c>: a rendered room as a camera. Frame n is a function of the address alone, so it counts as a
/// recording: nothing is dropped, and two runs are bit for bit the same on every machine of one architecture.
/// </summary>
internal sealed class SceneSource : Capture.FrameSource
{
    /// <summary>Example for help texts.</summary>
    public const string Example = "scene://room?seed=7&fps=30&size=640x480";

    private readonly SceneUri address;
    private SceneCamera? camera;
    private FrameBuffers? buffers;
    private long next;

    /// <summary>A source for an address.</summary>
    /// <exception cref="UserErrorException">The address is wrong (exit code 2).</exception>
    public SceneSource(SourceUri uri)
        : base(uri.Name, isLive: false)
    {
        address = Parse(uri.Text);
        foreach (string key in (string[])["seed", "fps", "size", "kind", "sensor", "fov", "change", "frames"])
        {
            // SceneUri has checked them; the factory asks that every option was looked at.
            uri.Option(key);
        }
        FramesPerSecond = address.FramesPerSecond;
        DeclaredFrames = address.Frames;
    }

    /// <summary>Reads an address in the words of the command line.</summary>
    /// <exception cref="UserErrorException">The address is wrong (exit code 2).</exception>
    public static SceneUri Parse(string address)
    {
        try
        {
            return SceneUri.Parse(address);
        }
        catch (FormatException e)
        {
            throw new UserErrorException(ExitCode.Usage, e.Message, e);
        }
    }

    /// <summary>The exact camera of a scene; null for any other source.</summary>
    public static CameraCalibration? CalibrationOf(string source) =>
        source.StartsWith(SceneUri.Scheme, StringComparison.Ordinal) ? new CameraCalibration("scene", Parse(source).ToIntrinsics()) : null;

    /// <inheritdoc/>
    public override void Open()
    {
        camera = new SceneCamera(address);
        buffers = new FrameBuffers(address.Width, address.Height);
        next = 0;
    }

    /// <inheritdoc/>
    public override GrabOutcome Grab()
    {
        if (camera is null || buffers is null)
        {
            throw new InvalidOperationException("Open the source before grabbing.");
        }
        if (address.Frames > 0 && next >= address.Frames)
        {
            return GrabOutcome.End;
        }
        camera.Render(next, buffers);
        Stamp = RecordingEpoch + camera.TimeOf(next);
        next++;
        return GrabOutcome.Frame;
    }

    /// <inheritdoc/>
    public override bool Retrieve(Mat image)
    {
        image.Create(address.Height, address.Width, MatType.CV_8UC3);
        buffers!.Bgr.AsSpan().CopyTo(image.AsSpan<byte>());
        return true;
    }

    /// <inheritdoc/>
    public override void Close()
    {
        camera?.Dispose();
        camera = null;
    }
}
