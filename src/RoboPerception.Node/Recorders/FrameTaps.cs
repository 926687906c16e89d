using RoboPerception.Core;
using RoboPerception.Inference;
using RoboPerception.Node.Outputs;
using RoboPerception.Node.Pipeline;

namespace RoboPerception.Node.Recorders;

/// <summary>Several who are shown every frame, one after another.</summary>
internal sealed class FrameTaps : IFrameTap
{
    private readonly IFrameTap[] taps;

    private FrameTaps(IFrameTap[] taps) => this.taps = taps;

    /// <inheritdoc/>
    public bool WantsSource => Array.Exists(taps, t => t.WantsSource);

    /// <summary>All of those that are there; null if none is.</summary>
    public static IFrameTap? Of(params IEnumerable<IFrameTap?> taps)
    {
        IFrameTap[] there = [.. taps.OfType<IFrameTap>()];
        return there.Length > 1 ? new FrameTaps(there) : there.FirstOrDefault();
    }

    /// <inheritdoc/>
    public void Take(FramePrediction prediction, OutputBuffers buffers, in FrameHeader header, FrameOutputs? extras)
    {
        prediction.SourceFile = prediction.HasSource ? new SharedFile() : null;
        foreach (IFrameTap tap in taps)
        {
            tap.Take(prediction, buffers, header, extras);
        }
    }
}
