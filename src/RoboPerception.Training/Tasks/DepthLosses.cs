using static TorchSharp.torch;

namespace RoboPerception.Training.Tasks;

/// <summary>
/// Losses of depth. Predictions and targets (N,1,H,W) are metres; a target of 0 is invalid, and a batch without a valid pixel has the loss 0.
/// Where a loss is one of logarithms, predictions must be positive.
/// </summary>
internal static class DepthLosses
{
    /// <summary>Share of the largest difference from which <see cref="InverseHuber"/> is quadratic.</summary>
    public const double HuberShare = 0.2;

    /// <summary>How much of the mean difference of an image <see cref="ScaleInvariant"/> forgives: 1 all of it, 0 nothing. Eigen takes 0.5, AdaBins 0.85.</summary>
    public const double VarianceFocus = 0.85;

    /// <summary>The loss of a kind.</summary>
    /// <exception cref="NotSupportedException">A scale-invariant loss of metres.</exception>
    public static Tensor Of(DepthLossKind kind, bool logarithmic, Tensor prediction, Tensor target) => kind switch
    {
        DepthLossKind.InverseHuber => InverseHuber(prediction, target, logarithmic),
        DepthLossKind.ScaleInvariant when logarithmic => ScaleInvariant(prediction, target),
        DepthLossKind.ScaleInvariant => throw new NotSupportedException("The scale-invariant loss is one of logarithms, and this head predicts metres."),
        _ => Absolute(prediction, target, logarithmic),
    };

    /// <summary>Mean absolute difference.</summary>
    public static Tensor Absolute(Tensor prediction, Tensor target, bool logarithmic = false)
    {
        var (difference, valid) = Difference(prediction, target, logarithmic);
        return difference.abs().sum() / valid.sum().clamp(HeldScalar.Of(1));
    }

    /// <summary>
    /// Mean of |d| where it is at most c, else of (d^2 + c^2) / 2c, with c = <see cref="HuberShare"/> of the largest |d| of the batch (Laina et al.,
    /// 3DV 2016, section 3.2): large differences pull harder than in <see cref="Absolute"/>, small ones no less.
    /// </summary>
    public static Tensor InverseHuber(Tensor prediction, Tensor target, bool logarithmic = false)
    {
        var (difference, valid) = Difference(prediction, target, logarithmic);
        var size = difference.abs();

        // The threshold is a property of the batch, not something to learn.
        var threshold = (size.detach().max() * HeldScalar.Of(HuberShare)).clamp(HeldScalar.Of(1e-6));
        var quadratic = (size * size).Plus(threshold * threshold) / (threshold * HeldScalar.Of(2));
        return where(size.le(threshold), size, quadratic).sum() / valid.sum().clamp(HeldScalar.Of(1));
    }

    /// <summary>
    /// Root of the mean square of the differences of logarithms less <see cref="VarianceFocus"/> times their squared mean, for each image (Eigen, Puhrsch,
    /// Fergus, NIPS 2014, section 3.2; the root as in Lee et al., "From Big to Small", 2019), and the mean over images with a valid pixel: an
    /// image that is right but for its scale costs little.
    /// </summary>
    public static Tensor ScaleInvariant(Tensor prediction, Tensor target)
    {
        var (difference, valid) = Difference(prediction, target, logarithmic: true);
        long[] pixels = [1, 2, 3];
        var sums = valid.sum(pixels);
        var counts = sums.clamp(HeldScalar.Of(1));
        var mean = difference.sum(pixels) / counts;
        var square = (difference * difference).sum(pixels) / counts;

        // Without the constant the gradient of the root has no bound where the two agree, and none of a number below 0.
        var spread = (square - (mean * mean * HeldScalar.Of(VarianceFocus))).clamp(HeldScalar.Of(0)).Plus(1e-6).sqrt();
        var images = sums.gt(HeldScalar.Of(0)).to(spread.dtype);
        return (spread * images).sum() / images.sum().clamp(HeldScalar.Of(1));
    }

    // Prediction less target where there is a target, 0 elsewhere; and 1 where there is a target, 0 elsewhere.
    private static (Tensor Difference, Tensor Valid) Difference(Tensor prediction, Tensor target, bool logarithmic)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        ArgumentNullException.ThrowIfNull(target);
        var known = target.ne(HeldScalar.Of(0));
        var valid = known.to(prediction.dtype);
        if (!logarithmic)
        {
            return ((prediction - target) * valid, valid);
        }

        // Where there is no target its logarithm is that of 1 m, which the mask removes: minus infinity times 0 would be NaN.
        var reference = target.masked_fill(known.logical_not(), HeldScalar.Of(1)).log();
        return ((prediction.log() - reference) * valid, valid);
    }
}
