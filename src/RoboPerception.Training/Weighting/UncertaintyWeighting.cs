using static TorchSharp.torch;

namespace RoboPerception.Training.Weighting;

/// <summary>
/// Sum over tasks of L/(2 exp(s)) + s/2 with a learnt log-variance s per task (Kendall, Gal, Cipolla, CVPR 2018, in the one form
/// for all tasks that MTAN uses).
/// </summary>
public sealed class UncertaintyWeighting(Tensor logVariances) : ITaskWeighting
{
    /// <inheritdoc/>
    public Tensor Combine(IReadOnlyList<Tensor> losses)
    {
        ArgumentNullException.ThrowIfNull(losses);

        // The gradient of s is 1/2 - L/(2 exp(s)), a small difference near the optimum: float64 keeps its digits at no cost.
        var s = logVariances.to(float64);
        return ((stack(losses).to(float64) / (s.exp() * 2)) + (s / 2)).sum().to(losses[0].dtype);
    }

    /// <inheritdoc/>
    public void EndEpoch(IReadOnlyList<double> meanLosses)
    {
    }
}
