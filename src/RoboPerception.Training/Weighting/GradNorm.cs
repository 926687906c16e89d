using RoboPerception.Training.Networks;

namespace RoboPerception.Training.Weighting;

/// <summary>
/// Gradient normalisation (Chen et al., ICML 2018) in the form of LibMTL: equal weights in the first epoch, whose mean losses become L(0); then
/// weights w = K softmax(theta), with theta moved by Adam along the gradient of sum |G_k - mean(G) r_k^alpha|, where G_k is the length of w_k times task
/// k's gradient over the shared parameters and r_k the loss ratio L_k/L_k(0) over the mean ratio: tasks that learn slowly get longer gradients.
/// </summary>
internal sealed class GradNorm(PerceptionNetwork network, double learningRate, double alpha = 1.5) : GradientWeighting(network)
{
    private readonly ScalarAdam theta = new(Ones(network.SupervisedTasks.Count), learningRate);
    private IReadOnlyList<double>? start;

    /// <inheritdoc/>
    public override IReadOnlyList<double> State
    {
        get => theta.State;
        set => theta.State = value;
    }

    /// <inheritdoc/>
    public override void EndEpoch(IReadOnlyList<double> meanLosses) => start ??= [.. meanLosses];

    /// <inheritdoc/>
    public override GradientFactors Factors(double[,] products, IReadOnlyList<double> losses, long stepsDone)
    {
        ArgumentNullException.ThrowIfNull(products);
        ArgumentNullException.ThrowIfNull(losses);
        var tasks = losses.Count;
        double[] weights = [.. SmallMath.Softmax(theta.Values).Select(share => tasks * share)];
        if (start is not null)
        {
            double[] lengths = [.. Enumerable.Range(0, tasks).Select(k => Math.Sqrt(products[k, k]))];
            theta.Step(Slope(weights, lengths, [.. losses.Select((loss, k) => loss / start[k])]));
        }

        return new GradientFactors(weights, weights);
    }

    /// <summary>The gradient of sum |w_k n_k - target_k| with respect to theta, the targets held fixed.</summary>
    private double[] Slope(double[] weights, double[] lengths, double[] ratios)
    {
        var tasks = weights.Length;
        var meanLength = Enumerable.Range(0, tasks).Average(k => weights[k] * lengths[k]);
        var meanRatio = ratios.Average();
        double[] byWeight = [.. Enumerable.Range(0, tasks).Select(k => Math.Sign((weights[k] * lengths[k]) - (meanLength * Math.Pow(ratios[k] / meanRatio, alpha))) * lengths[k])];
        var common = SmallMath.Dot(byWeight, weights) / tasks;
        return [.. byWeight.Select((slope, j) => weights[j] * (slope - common))];
    }
}
