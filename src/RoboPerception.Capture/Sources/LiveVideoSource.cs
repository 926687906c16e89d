using OpenCvSharp;
using RoboPerception.Core;

namespace RoboPerception.Capture;

/// <summary>A camera or stream behind OpenCV's VideoCapture. Stamps are the wall clock at the moment the grab returns, before decoding.</summary>
internal abstract class LiveVideoSource(string name) : FrameSource(name, true)
{
    /// <summary>The device, for derived classes to open.</summary>
    protected VideoCapture Capture { get; } = new();

    /// <inheritdoc/>
    public sealed override void Open()
    {
        OpenDevice();
        FramesPerSecond = Math.Max(0, Capture.Fps);
    }

    /// <inheritdoc/>
    public sealed override GrabOutcome Grab()
    {
        if (!Capture.Grab())
        {
            return GrabOutcome.Lost;
        }

        Stamp = UnixClock.Now;
        return GrabOutcome.Frame;
    }

    /// <inheritdoc/>
    public sealed override bool Retrieve(Mat image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return Capture.Retrieve(image) && !image.Empty();
    }

    /// <inheritdoc/>
    public sealed override void Close() => Capture.Release();

    /// <summary>Opens <see cref="Capture"/> or throws a UserErrorException.</summary>
    protected abstract void OpenDevice();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing)
        {
            Capture.Dispose();
        }
    }
}
