using static TorchSharp.torch;

namespace RoboPerception.Training.Weighting;

/// <summary>
/// Dynamic task prioritisation (Guo et al., ECCV 2018): difficult tasks first. Each task has an indicator of how well it is done, 0..1
/// (<see cref="TaskIndicators"/>), of which a moving mean k is kept; its weight is the focal term -(1 - k)^gamma ln k.
/// </summary>
internal sealed class TaskPrioritisation(int tasks, double gamma = 1, double rate = 0.05) : SummedWeighting, IIndicatorWeighting
{
    // An indicator of exactly 0 or 1 would give an infinite weight, or none ever again.
    private const double Least = 0.01, Most = 0.99;
    private double[] means = [];

    /// <inheritdoc/>
    public override IReadOnlyList<double> Weights =>
        means.Length == 0 ? [.. Enumerable.Repeat(1.0, tasks)] : [.. means.Select(mean => -Math.Pow(1 - mean, gamma) * Math.Log(mean))];

    /// <inheritdoc/>
    public override IReadOnlyList<double> State
    {
        get => means;
        set => means = [.. value];
    }

    /// <inheritdoc/>
    public void Observe(IReadOnlyList<double> indicators)
    {
        ArgumentNullException.ThrowIfNull(indicators);
        double[] bounded = [.. indicators.Select(indicator => Math.Clamp(indicator, Least, Most))];
        means = means.Length == 0 ? bounded : [.. means.Zip(bounded, (mean, indicator) => ((1 - rate) * mean) + (rate * indicator))];
    }

    /// <inheritdoc/>
    public override Tensor Combine(IReadOnlyList<Tensor> losses) => Sum(losses, Weights);
}
