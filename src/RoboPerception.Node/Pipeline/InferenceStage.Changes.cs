using Microsoft.ML.OnnxRuntime;
using RoboPerception.Capture;
using RoboPerception.Core;
using RoboPerception.Inference;

namespace RoboPerception.Node.Pipeline;

/// <summary>
/// Another model, or another fit, while frames flow: changed between two frames, so none is lost. A model is first on trial: as long as it
/// is, a frame on which it fails is run by the former one, which then goes on.
/// </summary>
internal sealed partial class InferenceStage
{
    private readonly Lock gate = new();
    private volatile PerceptionEngine engine;
    private Trial? trial;
    private PerceptionEngine? scaled;
    private CameraGeometry? scaledFor;

    /// <summary>What runs the model now.</summary>
    public PerceptionEngine Engine => engine;

    /// <summary>How the camera's image lies on the grid now.</summary>
    public CameraGeometry Geometry => preparation.Geometry;

    /// <summary>Puts a model on trial from the next frame on. It has the grid and the outputs of the former one.</summary>
    /// <returns>Ends with its first frame: null, or what it failed by.</returns>
    public Task<Exception?> Try(PerceptionEngine next)
    {
        lock (gate)
        {
            trial = new Trial(engine, next);
            engine = next;
            return trial.Outcome.Task;
        }
    }

    /// <summary>Ends the trial: the next frame is run by the new model, or by the former one again. Returns the one that is not used any more.</summary>
    public PerceptionEngine EndTrial(bool keep)
    {
        lock (gate)
        {
            Trial ended = trial ?? throw new InvalidOperationException("No model is on trial.");
            trial = null;
            engine = keep ? ended.Next : ended.Former;
            return keep ? ended.Former : ended.Next;
        }
    }

    /// <summary>Fits the next frames in another way. Returns the resizer that is not used any more.</summary>
    public FrameResizer Refit(FrameResizer next, CameraGeometry made) => preparation.Refit(next, made);

    /// <inheritdoc/>
    public void Dispose()
    {
        // A thread that hangs in a driver is not waited for.
        bool entered = gate.TryEnter(TimeSpan.FromSeconds(1));
        (trial is { } unfinished && unfinished.Next == engine ? unfinished.Former : trial?.Next)?.Dispose();
        engine.Dispose();
        preparation.Dispose();
        if (entered)
        {
            gate.Exit();
        }
    }

    private TimeSpan Run(FramePrediction prediction)
    {
        if (trial is not { } running || engine != running.Next)
        {
            return RunOn(engine, prediction);
        }
        try
        {
            TimeSpan duration = RunOn(engine, prediction);
            running.Outcome.TrySetResult(null);
            return duration;
        }
        catch (OnnxRuntimeException e)
        {
            log($"the model {running.Next.Model.Path} failed on a frame, so {running.Former.Model.Path} goes on: {e.Message}");
            running.Next.Input.CopyTo(running.Former.Input);
            engine = running.Former;
            running.Outcome.TrySetResult(e);
            return RunOn(engine, prediction);
        }
    }

    private TimeSpan RunOn(PerceptionEngine engine, FramePrediction prediction)
    {
        if (engine != scaled || prediction.Geometry != scaledFor)
        {
            (scaled, scaledFor) = (engine, prediction.Geometry);
            engine.DepthFactor = DepthScale.Factor(engine.Model.Description.Input, prediction.Geometry.Intrinsics);
        }
        return engine.Run(prediction.Set);
    }

    private sealed record Trial(PerceptionEngine Former, PerceptionEngine Next)
    {
        public TaskCompletionSource<Exception?> Outcome { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
