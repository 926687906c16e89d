using static TorchSharp.torch;

namespace RoboPerception.Training.Tasks;

/// <summary>
/// The three losses of MTAN. Each is normalised by the valid pixels of the whole batch and is 0, not NaN, when there are none.
/// </summary>
public static class TaskLosses
{
    /// <summary>Label of a pixel without a class in target tensors.</summary>
    public const long VoidLabel = -1;

    // What libtorch's nll_loss leaves out; TorchSharp offers no argument to choose another number.
    private const long LibtorchIgnoreIndex = -100;

    /// <summary>Mean negative log-likelihood. Prediction (N,C,H,W) log-probabilities, target (N,H,W) int64, <see cref="VoidLabel"/> ignored.</summary>
    public static Tensor Segmentation(Tensor prediction, Tensor target)
    {
        ArgumentNullException.ThrowIfNull(target);
        var isVoid = target.eq(VoidLabel);
        var valid = isVoid.logical_not().sum().clamp(1);
        return nn.functional.nll_loss(prediction, target.masked_fill(isVoid, LibtorchIgnoreIndex), reduction: nn.Reduction.Sum) / valid;
    }

    /// <summary>Mean absolute error in metres. Both (N,1,H,W); target 0 is invalid.</summary>
    public static Tensor Depth(Tensor prediction, Tensor target)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        ArgumentNullException.ThrowIfNull(target);
        var valid = target.ne(0).to(prediction.dtype);
        return ((prediction - target).abs() * valid).sum() / valid.sum().clamp(1);
    }

    /// <summary>Mean absolute difference of the logarithms of depths in metres. Both (N,1,H,W), prediction positive; target 0 is invalid.</summary>
    public static Tensor LogDepth(Tensor prediction, Tensor target)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        ArgumentNullException.ThrowIfNull(target);
        var known = target.ne(0);
        var valid = known.to(prediction.dtype);

        // Where there is no target its logarithm is that of 1 m, which the mask removes: minus infinity times 0 would be NaN.
        var reference = target.masked_fill(known.logical_not(), 1).log();
        return ((prediction.log() - reference).abs() * valid).sum() / valid.sum().clamp(1);
    }

    /// <summary>
    /// One minus the mean cosine between prediction and target, both (N,3,H,W). A target is invalid where all three
    /// components are 0 (the reference tests their sum, which drops valid normals that sum to 0).
    /// </summary>
    public static Tensor Normals(Tensor prediction, Tensor target)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        ArgumentNullException.ThrowIfNull(target);
        var valid = target.abs().sum([1L]).ne(0).to(prediction.dtype);
        var count = valid.sum();
        // Invalid targets are zero vectors: they add nothing to the sum of products.
        return (count - (prediction * target).sum()) / count.clamp(1);
    }
}
