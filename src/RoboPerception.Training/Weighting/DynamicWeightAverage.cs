using static TorchSharp.torch;

namespace RoboPerception.Training.Weighting;

/// <summary>
/// Dynamic Weight Average (Liu, Johns, Davison, CVPR 2019): weights K softmax(w/T), w the ratio of the last two epochs' mean unweighted
/// losses; 1 in the first two epochs, which have no ratio yet; constant within an epoch.
/// </summary>
/// <remarks>
/// <para>
/// A worked example, three tasks, T = 2. The epoch before last the mean losses were 2.0 (classes), 0.50 (depth) and 0.20 (normals); in the last
/// epoch 1.8, 0.50 and 0.22. Only the ratios count, not the sizes: w = 1.8/2.0 = 0.9, 0.50/0.50 = 1.0, 0.22/0.20 = 1.1. Divided by T:
/// 0.45, 0.50, 0.55. Their exponentials are 1.56831, 1.64872, 1.73325, together 4.95028. Times K = 3 over that sum: 0.95044 (classes), 0.99917
/// (depth), 1.05040 (normals). The next epoch minimises 0.95044 L_seg + 0.99917 L_depth + 1.05040 L_normal.
/// </para>
/// <para>
/// What to read from it: the task whose loss fell (classes) gets a smaller weight, the one whose loss rose (normals) a larger one. The weights
/// always sum to K, so the learning rate keeps its meaning. A loss ten times as large gets no other weight for that: DWA looks at
/// rates of change alone. And with T = 2 even a task that stands still beside one that lost a tenth differs by five percent: DWA is close to
/// equal weights unless losses move quickly.
/// </para>
/// </remarks>
internal sealed class DynamicWeightAverage(int tasks, double temperature = DynamicWeightAverage.PaperTemperature) : SummedWeighting
{
    /// <summary>The paper's T.</summary>
    public const double PaperTemperature = 2;

    private IReadOnlyList<double>? last;
    private IReadOnlyList<double>? beforeLast;
    private double[] weights = [.. Enumerable.Repeat(1.0, tasks)];

    /// <summary>The weights of the current epoch.</summary>
    public override IReadOnlyList<double> Weights => weights;

    /// <inheritdoc/>
    public override Tensor Combine(IReadOnlyList<Tensor> losses) => Sum(losses, weights);

    /// <inheritdoc/>
    public override void EndEpoch(IReadOnlyList<double> meanLosses)
    {
        (beforeLast, last) = (last, [.. meanLosses]);
        if (beforeLast is not null)
        {
            weights = [.. SmallMath.Softmax([.. last.Select((loss, k) => loss / beforeLast[k] / temperature)]).Select(share => tasks * share)];
        }
    }
}
