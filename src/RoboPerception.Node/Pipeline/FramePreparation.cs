using System.Diagnostics;
using RoboPerception.Capture;
using RoboPerception.Core;
using RoboPerception.Node.Recorders;

namespace RoboPerception.Node.Pipeline;

/// <summary>From a camera's frame to the network's input: fitted to the grid in a prediction's own image, with all that goes along with the frame.</summary>
/// <param name="resizer">What fits frames to the model; this object's own from here on.</param>
/// <param name="geometry">What the resizer makes of the camera.</param>
/// <param name="isLive">Whether frames come from a camera.</param>
/// <param name="tap">Who will be shown the frame when it is published. Asked once for each frame.</param>
/// <param name="statistics">What is counted.</param>
internal sealed class FramePreparation(FrameResizer resizer, CameraGeometry geometry, bool isLive, Func<IFrameTap?> tap, PipelineStatistics statistics) : IDisposable
{
    private readonly Lock gate = new();
    private FrameResizer resizer = resizer;
    private volatile CameraGeometry geometry = geometry;

    /// <summary>How the camera's image lies on the grid now.</summary>
    public CameraGeometry Geometry => geometry;

    /// <summary>Fits the next frames in another way. Returns the resizer that is not used any more.</summary>
    public FrameResizer Refit(FrameResizer next, CameraGeometry made)
    {
        lock (gate)
        {
            FrameResizer former = resizer;
            (resizer, geometry) = (next, made);
            return former;
        }
    }

    /// <summary>Fills in a prediction from a frame, and releases the frame.</summary>
    public void Prepare(Frame frame, FramePrediction prediction)
    {
        long started = Stopwatch.GetTimestamp();
        prediction.Sequence = frame.Sequence;
        prediction.ClockCorrection = UnixClock.Process.FollowWall();
        prediction.AcquisitionStamp = frame.AcquisitionStamp + (isLive ? prediction.ClockCorrection : 0);
        prediction.SourceWidth = frame.Width;
        prediction.SourceHeight = frame.Height;
        prediction.IsLossless = !isLive;
        long decoding = UnixClock.ToNanoseconds(frame.CaptureTicks);
        prediction.BornAt = isLive ? frame.AcquisitionStamp : UnixClock.Now - decoding;
        statistics[Stage.Capture].Record(decoding);
        try
        {
            // Whoever changes the fit does so between two frames.
            lock (gate)
            {
                resizer.Resize(frame, prediction.ImageAddress);
                (prediction.Transform, prediction.Geometry) = (resizer.Transform, geometry);
                prediction.Window = resizer.HasPadding ? resizer.Window : null;
            }
            prediction.Tap = tap();
            (prediction.HasSource, prediction.SourceFile) = (prediction.Tap?.WantsSource == true, null);
            if (prediction.HasSource)
            {
                (prediction.Source ??= new SourceImage()).Take(frame);
            }
        }
        finally
        {
            frame.Release();
        }
        statistics[Stage.Prepare].Record(UnixClock.ToNanoseconds(Stopwatch.GetTimestamp() - started));
    }

    /// <inheritdoc/>
    public void Dispose() => resizer.Dispose();
}
