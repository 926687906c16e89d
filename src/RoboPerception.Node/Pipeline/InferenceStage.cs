using Microsoft.ML.OnnxRuntime;
using RoboPerception.Capture;
using RoboPerception.Core;
using RoboPerception.Inference;

namespace RoboPerception.Node.Pipeline;

/// <summary>
/// The thread between two slots: takes a frame, has it resized into the model's input, runs the network, hands the prediction on. Frames of a recording are
/// resized by a thread of their own, beside the inference of the frame before: a GPU has that in two or three milliseconds, of which resizing would be a tenth. A
/// camera's are resized when it is their turn: none is then older than it must be, and none is resized for nothing. After warm-up a frame allocates no managed memory here.
/// </summary>
internal sealed partial class InferenceStage : IDisposable
{
    private readonly ISlot<Frame> frames;
    private readonly ISlot<FramePrediction> predictions;
    private readonly ISlot<FramePrediction> free;
    private readonly LosslessSlot<FramePrediction> prepared = new(1);
    private readonly CameraControls controls;
    private readonly RateLimit limit = new();
    private readonly PipelineStatistics statistics;
    private readonly FramePreparation preparation;
    private readonly Func<FramePrediction, ImageUses> imageUses;
    private readonly Action<string> log;
    private readonly Thread thread;
    private readonly Thread? ahead;
    private long busySince;
    private Exception? failure;

    /// <summary>A stage that does not run yet.</summary>
    /// <param name="name">The camera's id, for the threads' names.</param>
    /// <param name="source">Where frames come from.</param>
    /// <param name="engine">What runs them; the stage's own from here on.</param>
    /// <param name="preparation">What makes them the model's input; the stage's own from here on.</param>
    /// <param name="controls">How many of them a second.</param>
    /// <param name="predictions">Where predictions go.</param>
    /// <param name="free">Where unused predictions come from.</param>
    /// <param name="statistics">What is counted.</param>
    /// <param name="imageUses">Who will see the input of this frame.</param>
    /// <param name="log">Told about frames that failed, at most once a second.</param>
    public InferenceStage(
        string name,
        CaptureLoop source,
        PerceptionEngine engine,
        FramePreparation preparation,
        CameraControls controls,
        ISlot<FramePrediction> predictions,
        ISlot<FramePrediction> free,
        PipelineStatistics statistics,
        Func<FramePrediction, ImageUses> imageUses,
        Action<string> log)
    {
        frames = source.Slot;
        (this.engine, this.preparation, this.controls) = (engine, preparation, controls);
        (this.predictions, this.free) = (predictions, free);
        (this.statistics, this.imageUses, this.log) = (statistics, imageUses, log);
        thread = new Thread(source.IsLive ? TakeFrames : TakePrepared) { IsBackground = true, Name = $"inference {name}" };
        ahead = source.IsLive ? null : new Thread(PrepareAhead) { IsBackground = true, Name = $"prepare {name}" };
    }

    /// <summary>How long the present frame has been in work, milliseconds; 0 while waiting for one. Health tells hung from starved by it.</summary>
    public long BusyMilliseconds => Interlocked.Read(ref busySince) is var since and not 0 ? Environment.TickCount64 - since : 0;

    /// <summary>What ended the thread, if something did.</summary>
    public Exception? Failure => Volatile.Read(ref failure);

    /// <summary>Starts the threads.</summary>
    public void Start()
    {
        ahead?.Start();
        thread.Start();
    }

    /// <summary>Waits for the threads, which end when their frames do.</summary>
    public bool Join(TimeSpan timeout) => Join(thread, timeout) && (ahead is null || Join(ahead, timeout));

    private static bool Join(Thread thread, TimeSpan timeout) => thread.ThreadState.HasFlag(System.Threading.ThreadState.Unstarted) || thread.Join(timeout);

    private void TakeFrames()
    {
        Guarded(() =>
        {
            while (frames.TryTake(out Frame? frame, Timeout.Infinite))
            {
                if (!limit.IsDue(frame.AcquisitionStamp, controls.Rate))
                {
                    statistics.Drops.Add(DropCause.Limited);
                    frame.Release();
                    continue;
                }
                Interlocked.Exchange(ref busySince, Environment.TickCount64);
                bool goOn = Prepared(frame) is { } prediction && Handle(prediction);
                Interlocked.Exchange(ref busySince, 0);
                statistics.ReportAllocated(0);
                if (!goOn)
                {
                    break;
                }
            }
        });
        predictions.Complete();
    }

    private void PrepareAhead()
    {
        Guarded(() =>
        {
            while (frames.TryTake(out Frame? frame, Timeout.Infinite) && Prepared(frame) is { } prediction && prepared.Put(prediction))
            {
                statistics.ReportAllocated(2);
            }
        });
        prepared.Complete();
    }

    private void TakePrepared()
    {
        Guarded(() =>
        {
            bool goOn = true;
            while (goOn && prepared.TryTake(out FramePrediction? prediction, Timeout.Infinite))
            {
                Interlocked.Exchange(ref busySince, Environment.TickCount64);
                goOn = Handle(prediction);
                Interlocked.Exchange(ref busySince, 0);
                statistics.ReportAllocated(0);
            }
        });
        // Whoever prepares ahead must not wait for a thread that is gone.
        prepared.Complete();
        predictions.Complete();
    }

    private void Guarded(Action work)
    {
        try
        {
            work();
        }
        catch (Exception e) when (e is UserErrorException or ObjectDisposedException)
        {
            Volatile.Write(ref failure, e);
            log(e.Message);
        }
    }

    /// <summary>The frame as the model's input; null when the pipeline is ending.</summary>
    private FramePrediction? Prepared(Frame frame)
    {
        if (!free.TryTake(out FramePrediction? prediction, Timeout.Infinite))
        {
            frame.Release();
            return null;
        }
        preparation.Prepare(frame, prediction);
        return prediction;
    }

    private bool Handle(FramePrediction prediction)
    {
        bool ran;
        // Whoever changes the model does so between two frames.
        lock (gate)
        {
            ran = Infer(prediction);
        }
        return ran ? predictions.Put(prediction) : free.Put(prediction);
    }

    private bool Infer(FramePrediction prediction)
    {
        prediction.Uses = imageUses(prediction);
        prediction.Image.CopyTo(engine.Input);
        try
        {
            prediction.RunNanoseconds = Run(prediction).Ticks * 100;
        }
        catch (OnnxRuntimeException e)
        {
            // A GPU that is out of memory for a moment must not end the node; one that stays away shows in health.
            statistics.Drops.Add(DropCause.Failed);
            log($"frame {prediction.Sequence} failed in ONNX Runtime: {e.Message}");
            return false;
        }
        (prediction.Buffers, prediction.ModelId) = (engine.Outputs[prediction.Set], engine.Model.ModelId);
        if (prediction.Window is { } window)
        {
            prediction.Buffers.MarkInvalidOutside(engine.Model.Description.Input.Width, window);
        }
        statistics[Stage.Infer].Record(prediction.RunNanoseconds);
        statistics.CountInferred();
        return true;
    }
}
