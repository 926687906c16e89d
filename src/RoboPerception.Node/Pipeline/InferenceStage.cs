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
internal sealed class InferenceStage
{
    private readonly ISlot<Frame> frames;
    private readonly ISlot<FramePrediction> predictions;
    private readonly ISlot<FramePrediction> free;
    private readonly PerceptionEngine engine;
    private readonly FrameResizer resizer;
    private readonly PipelineStatistics statistics;
    private readonly bool isLive;
    private readonly int gridWidth;
    private readonly Func<FramePrediction, ImageUses> imageUses;
    private readonly bool keepsSource;
    private readonly Action<string> log;
    private readonly Thread thread;
    private long busySince;
    private Exception? failure;

    /// <summary>A stage that does not run yet.</summary>
    /// <param name="name">The camera's id, for the thread's name.</param>
    /// <param name="source">Where frames come from.</param>
    /// <param name="engine">What runs them.</param>
    /// <param name="resizer">What fits them to the model.</param>
    /// <param name="predictions">Where predictions go.</param>
    /// <param name="free">Where unused predictions come from.</param>
    /// <param name="statistics">What is counted.</param>
    /// <param name="imageUses">Who will see the input of this frame, so that it is kept.</param>
    /// <param name="keepsSource">Whether the camera's image is kept for whoever is shown the frame later.</param>
    /// <param name="log">Told about frames that failed, at most once a second.</param>
    public InferenceStage(
        string name,
        CaptureLoop source,
        PerceptionEngine engine,
        FrameResizer resizer,
        ISlot<FramePrediction> predictions,
        ISlot<FramePrediction> free,
        PipelineStatistics statistics,
        Func<FramePrediction, ImageUses> imageUses,
        bool keepsSource,
        Action<string> log)
    {
        (frames, isLive, gridWidth) = (source.Slot, source.IsLive, resizer.Width);
        (this.engine, this.resizer, this.predictions, this.free) = (engine, resizer, predictions, free);
        (this.statistics, this.imageUses, this.log) = (statistics, imageUses, log);
        this.keepsSource = keepsSource;
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
            if (keepsSource)
            {
                (prediction.Source ??= new SourceImage()).Take(frame);
            }
        }
        finally
        {
            frame.Release();
        }
        prediction.Transform = resizer.Transform;
        prediction.Uses = imageUses(prediction);
        if (prediction.Uses != ImageUses.None)
        {
            engine.Input.CopyTo(prediction.Image);
        }
        statistics[Stage.Prepare].Record(UnixClock.ToNanoseconds(Stopwatch.GetTimestamp() - prediction.StartedAt));
        try
        {
            prediction.RunNanoseconds = engine.Run(prediction.Set).Ticks * 100;
        }
        catch (OnnxRuntimeException e)
        {
            // A GPU that is out of memory for a moment must not end the node; one that stays away shows in health.
            statistics.Drops.Add(DropCause.Failed);
            log($"frame {prediction.Sequence} failed in ONNX Runtime: {e.Message}");
            return free.Put(prediction);
        }
        if (resizer.HasPadding)
        {
            engine.Outputs[prediction.Set].MarkInvalidOutside(gridWidth, resizer.Window);
        }
        statistics[Stage.Infer].Record(prediction.RunNanoseconds);
        statistics.CountInferred();
        return predictions.Put(prediction);
    }

    private unsafe void Prepare(Frame frame)
    {
        // The input lives on the pinned heap, so its address holds.
        nint input = (nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(engine.Input));
        resizer.Resize(frame, input);
    }
}
