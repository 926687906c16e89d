using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using RoboPerception.Capture;
using RoboPerception.Core;
using RoboPerception.Inference;
using RoboPerception.Node.Recorders;

namespace RoboPerception.Node.Pipeline;

/// <summary>
/// The thread between two slots: takes a frame, resizes it into the model's input, runs the network, hands the prediction on.
/// After warm-up a frame allocates no managed memory here.
/// </summary>
internal sealed partial class InferenceStage : IDisposable
{
    private readonly ISlot<Frame> frames;
    private readonly ISlot<FramePrediction> predictions;
    private readonly ISlot<FramePrediction> free;
    private readonly CameraControls controls;
    private readonly RateLimit limit = new();
    private readonly PipelineStatistics statistics;
    private readonly bool isLive;
    private readonly Func<FramePrediction, ImageUses> imageUses;
    private readonly Func<IFrameTap?> tap;
    private readonly Action<string> log;
    private readonly Thread thread;
    private long busySince;
    private Exception? failure;

    /// <summary>A stage that does not run yet.</summary>
    /// <param name="name">The camera's id, for the thread's name.</param>
    /// <param name="source">Where frames come from.</param>
    /// <param name="engine">What runs them; the stage's own from here on.</param>
    /// <param name="resizer">What fits them to the model; the stage's own from here on.</param>
    /// <param name="geometry">What the resizer makes of the camera.</param>
    /// <param name="controls">How many of them a second.</param>
    /// <param name="predictions">Where predictions go.</param>
    /// <param name="free">Where unused predictions come from.</param>
    /// <param name="statistics">What is counted.</param>
    /// <param name="imageUses">Who will see the input of this frame, so that it is kept.</param>
    /// <param name="tap">Who will be shown the frame when it is published. Asked once for each frame.</param>
    /// <param name="log">Told about frames that failed, at most once a second.</param>
    public InferenceStage(
        string name,
        CaptureLoop source,
        PerceptionEngine engine,
        FrameResizer resizer,
        CameraGeometry geometry,
        CameraControls controls,
        ISlot<FramePrediction> predictions,
        ISlot<FramePrediction> free,
        PipelineStatistics statistics,
        Func<FramePrediction, ImageUses> imageUses,
        Func<IFrameTap?> tap,
        Action<string> log)
    {
        (frames, isLive) = (source.Slot, source.IsLive);
        (this.engine, this.resizer, this.geometry, this.controls) = (engine, resizer, geometry, controls);
        (this.predictions, this.free) = (predictions, free);
        (this.statistics, this.imageUses, this.log) = (statistics, imageUses, log);
        this.tap = tap;
        thread = new Thread(Work) { IsBackground = true, Name = $"inference {name}" };
    }

    /// <summary>How long the present frame has been in work, milliseconds; 0 while waiting for one. Health tells hung from starved by it.</summary>
    public long BusyMilliseconds => Interlocked.Read(ref busySince) is var since and not 0 ? Environment.TickCount64 - since : 0;

    /// <summary>What ended the thread, if something did.</summary>
    public Exception? Failure => Volatile.Read(ref failure);

    /// <summary>Starts the thread.</summary>
    public void Start() => thread.Start();

    /// <summary>Waits for the thread, which ends when its frames do.</summary>
    public bool Join(TimeSpan timeout) => thread.ThreadState.HasFlag(System.Threading.ThreadState.Unstarted) || thread.Join(timeout);

    private void Work()
    {
        try
        {
            while (frames.TryTake(out Frame? frame, Timeout.Infinite))
            {
                if (isLive && !limit.IsDue(frame.AcquisitionStamp, controls.Rate))
                {
                    statistics.Drops.Add(DropCause.Limited);
                    frame.Release();
                    continue;
                }
                Interlocked.Exchange(ref busySince, Environment.TickCount64);
                bool goOn = Handle(frame);
                Interlocked.Exchange(ref busySince, 0);
                statistics.ReportAllocated(0);
                if (!goOn)
                {
                    break;
                }
            }
        }
        catch (Exception e) when (e is UserErrorException or ObjectDisposedException)
        {
            Volatile.Write(ref failure, e);
            log(e.Message);
        }
        predictions.Complete();
    }

    private bool Handle(Frame frame)
    {
        if (!free.TryTake(out FramePrediction? prediction, Timeout.Infinite))
        {
            frame.Release();
            return false;
        }
        bool ran;
        // Whoever changes the model or the fit does so between two frames.
        lock (gate)
        {
            ran = Process(frame, prediction);
        }
        return ran ? predictions.Put(prediction) : free.Put(prediction);
    }

    private bool Process(Frame frame, FramePrediction prediction)
    {
        prediction.StartedAt = Stopwatch.GetTimestamp();
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
            Prepare(frame);
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
        (prediction.Transform, prediction.Geometry) = (resizer.Transform, geometry);
        prediction.Uses = imageUses(prediction);
        if (prediction.Uses != ImageUses.None)
        {
            engine.Input.CopyTo(prediction.Image);
        }
        statistics[Stage.Prepare].Record(UnixClock.ToNanoseconds(Stopwatch.GetTimestamp() - prediction.StartedAt));
        try
        {
            prediction.RunNanoseconds = Run(prediction.Set).Ticks * 100;
        }
        catch (OnnxRuntimeException e)
        {
            // A GPU that is out of memory for a moment must not end the node; one that stays away shows in health.
            statistics.Drops.Add(DropCause.Failed);
            log($"frame {prediction.Sequence} failed in ONNX Runtime: {e.Message}");
            return false;
        }
        (prediction.Buffers, prediction.ModelId) = (engine.Outputs[prediction.Set], engine.Model.ModelId);
        if (resizer.HasPadding)
        {
            prediction.Buffers.MarkInvalidOutside(resizer.Width, resizer.Window);
        }
        statistics[Stage.Infer].Record(prediction.RunNanoseconds);
        statistics.CountInferred();
        return true;
    }

    private unsafe void Prepare(Frame frame)
    {
        // The input lives on the pinned heap, so its address holds.
        nint input = (nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(engine.Input));
        resizer.Resize(frame, input);
    }
}
