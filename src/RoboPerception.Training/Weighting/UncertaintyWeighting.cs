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
        return ((stack(losses) / (logVariances.exp() * 2)) + (logVariances / 2)).sum();
    }

    /// <inheritdoc/>
    public void EndEpoch(IReadOnlyList<double> meanLosses)
    {
    }
}
