using static TorchSharp.torch;

namespace RoboPerception.Training.Tasks;

/// <summary>
/// The losses of MTAN and MTI-Net, but for depth (<see cref="DepthLosses"/>). Each is normalised by the valid pixels of the whole batch and is 0,
/// not NaN, when there are none.
/// </summary>
internal static class TaskLosses
{
    /// <summary>Label of a pixel without a class in target tensors.</summary>
    public const long VoidLabel = -1;

    /// <summary>Weight of edge pixels: edges are a few percent of an image.</summary>
    public const double EdgeWeight = 0.95;

    // What libtorch's nll_loss leaves out; TorchSharp offers no argument to choose another number.
    private const long LibtorchIgnoreIndex = -100;

    /// <summary>Mean negative log-likelihood. Prediction (N,C,H,W) log-probabilities, target (N,H,W) int64, <see cref="VoidLabel"/> ignored.</summary>
    public static Tensor Segmentation(Tensor prediction, Tensor target)
    {
        ArgumentNullException.ThrowIfNull(target);
        var isVoid = target.eq(HeldScalar.Of(VoidLabel));
        var valid = isVoid.logical_not().sum().clamp(HeldScalar.Of(1));
        return nn.functional.nll_loss(prediction, target.masked_fill(isVoid, HeldScalar.Of(LibtorchIgnoreIndex)), reduction: nn.Reduction.Sum) / valid;
    }

    /// <summary>
    /// One minus the mean cosine between prediction and target, both (N,3,H,W). A target is invalid where all three
    /// components are 0 (the reference tests their sum, which drops valid normals that sum to 0).
    /// </summary>
    public static Tensor Normals(Tensor prediction, Tensor target)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        ArgumentNullException.ThrowIfNull(target);
        var valid = target.abs().sum([1L]).ne(HeldScalar.Of(0)).to(prediction.dtype);
        var count = valid.sum();
        // Invalid targets are zero vectors: they add nothing to the sum of products.
        return (count - (prediction * target).sum()) / count.clamp(HeldScalar.Of(1));
    }

    /// <summary>
    /// Mean absolute difference of the components of valid normals, both (N,3,H,W) and the prediction of unit length; three components a
    /// pixel are counted. A target is invalid where all three components are 0.
    /// </summary>
    public static Tensor NormalsAbsolute(Tensor prediction, Tensor target)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        ArgumentNullException.ThrowIfNull(target);
        var valid = target.abs().sum([1L], keepdim: true).ne(HeldScalar.Of(0)).to(prediction.dtype);
        return ((prediction - target).abs() * valid).sum() / (valid.sum() * HeldScalar.Of(3)).clamp(HeldScalar.Of(1));
    }

    /// <summary>
    /// Mean length of the difference of valid unit normals, both (N,3,H,W): 2 sin(a/2) at an angle a, so a pixel pulls about as hard at a small
    /// angle as at a large one, where the cosine only pulls at large ones. A target is invalid where all three components are 0.
    /// </summary>
    public static Tensor NormalsChord(Tensor prediction, Tensor target)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        ArgumentNullException.ThrowIfNull(target);
        var valid = target.abs().sum([1L]).ne(HeldScalar.Of(0)).to(prediction.dtype);
        var difference = prediction - target;

        // Without the constant the gradient of the root has no bound where the two agree.
        var length = (difference * difference).sum([1L]).Plus(1e-6).sqrt();
        return (length * valid).sum() / valid.sum().clamp(HeldScalar.Of(1));
    }

    /// <summary>
    /// Cross-entropy of logits (N,1,H,W) with a weight for edges, <see cref="EdgeWeight"/> unless given, and the rest to 1 for everything else, over all pixels. A target
    /// of at least 0.5 is an edge; there is no invalid value.
    /// </summary>
    public static Tensor Edges(Tensor logits, Tensor target, double weight = EdgeWeight)
    {
        ArgumentNullException.ThrowIfNull(target);
        var positive = target.ge(HeldScalar.Of(0.5));
        return Balanced(logits, positive, full([1], HeldScalar.Of(weight), dtype: target.dtype, device: target.device));
    }

    /// <summary>
    /// As <see cref="Edges"/>, with the share of negative pixels of the batch as weight of the positive ones: both sides then count the same.
    /// </summary>
    public static Tensor Saliency(Tensor logits, Tensor target)
    {
        ArgumentNullException.ThrowIfNull(target);
        var positive = target.ge(HeldScalar.Of(0.5));
        return Balanced(logits, positive, positive.logical_not().to(target.dtype).mean());
    }

    private static Tensor Balanced(Tensor logits, Tensor positive, Tensor positiveWeight)
    {
        ArgumentNullException.ThrowIfNull(logits);
        var groundTruth = positive.to(logits.dtype);
        var weight = (groundTruth * positiveWeight).Plus(groundTruth.negative().Plus(1) * positiveWeight.negative().Plus(1));
        return nn.functional.binary_cross_entropy_with_logits(logits, groundTruth, weight, nn.Reduction.Sum) / HeldScalar.Of(groundTruth.numel());
    }
}
