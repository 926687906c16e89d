using static TorchSharp.torch;

namespace RoboPerception.Training.Weighting;

/// <summary>
/// Sum over tasks of L/(2 exp(s)) + s/2 with a learnt log-variance s per task (Kendall, Gal, Cipolla, CVPR 2018, in the one form
/// for all tasks that MTAN uses). The log-variances are parameters of the network: its optimiser moves them.
/// </summary>
internal sealed class UncertaintyWeighting(Tensor logVariances) : SummedWeighting
{
    /// <inheritdoc/>
    public override IReadOnlyList<double> Weights => [.. logVariances.detach().cpu().data<float>().ToArray().Select(s => 0.5 * Math.Exp(-s))];

    /// <inheritdoc/>
    public override Tensor Combine(IReadOnlyList<Tensor> losses)
    {
        ArgumentNullException.ThrowIfNull(losses);

        // The gradient of s is 1/2 - L/(2 exp(s)), a small difference near the optimum: float64 keeps its digits at no cost.
        var s = logVariances.to(float64);
        return (stack(losses).to(float64) / (s.exp() * HeldScalar.Of(2))).Plus(s / HeldScalar.Of(2)).sum().to(losses[0].dtype);
    }
}
