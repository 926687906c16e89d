using RoboPerception.Training.Optimisation;
using RoboPerception.Training.Tasks;
using static TorchSharp.torch;

namespace RoboPerception.Training.Weighting;

/// <summary>How well a task is done on a batch, as a share of its valid pixels.</summary>
internal static class TaskIndicators
{
    private const double DepthRatio = 1.25;
    private static readonly double NormalCosine = Math.Cos(22.5 * Math.PI / 180);

    /// <summary>
    /// Classes: pixels labelled rightly. Distances: pixels within a factor of 1.25. Normals: pixels within 22.5 degrees. One channel of
    /// logits (edges, saliency): pixels on the right side. 0 without a valid pixel.
    /// </summary>
    public static double Measure(TaskDescription task, Tensor prediction, Tensor target)
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        var (right, valid) = task.Key switch
        {
            _ when task.Classes is not null => (prediction.argmax(1).eq(target), target.ge(HeldScalar.Of(0))),
            "depth" => (Within(prediction, target), target.gt(HeldScalar.Of(0))),
            "normal" => ((prediction * target).sum([1L]).gt(HeldScalar.Of(NormalCosine)), (target * target).sum([1L]).gt(HeldScalar.Of(0))),
            _ => (prediction.gt(HeldScalar.Of(0)).eq(target.gt(HeldScalar.Of(0.5))), target.ge(HeldScalar.Of(0))),
        };
        var counts = Scalars.Read([right.logical_and(valid).sum(), valid.sum()]);
        return counts[1] == 0 ? 0 : counts[0] / counts[1];
    }

    private static Tensor Within(Tensor prediction, Tensor target) =>
        prediction.lt(target * HeldScalar.Of(DepthRatio)).logical_and((prediction * HeldScalar.Of(DepthRatio)).gt(target));
}
