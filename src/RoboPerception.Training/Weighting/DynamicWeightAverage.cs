using static TorchSharp.torch;

namespace RoboPerception.Training.Weighting;

/// <summary>
/// Dynamic Weight Average (Liu, Johns, Davison, CVPR 2019): K softmax(w/T), w the ratio of the last two epochs' mean losses; 1 in
/// the first two epochs. A loss that falls faster gets a smaller weight. With T = 2 the weights stay within a few percent of 1.
/// </summary>
public sealed class DynamicWeightAverage(int tasks, double temperature = 2) : ITaskWeighting
{
    private IReadOnlyList<double>? last;
    private IReadOnlyList<double>? beforeLast;

    /// <summary>The weights of the current epoch.</summary>
    public IReadOnlyList<double> Weights { get; private set; } = [.. Enumerable.Repeat(1.0, tasks)];

    /// <inheritdoc/>
    public Tensor Combine(IReadOnlyList<Tensor> losses)
    {
        ArgumentNullException.ThrowIfNull(losses);
        return losses.Select((loss, k) => loss * Weights[k]).Aggregate((sum, loss) => sum + loss);
    }

    /// <inheritdoc/>
    public void EndEpoch(IReadOnlyList<double> meanLosses)
    {
        (beforeLast, last) = (last, [.. meanLosses]);
        if (beforeLast is null)
        {
            return;
        }

        var exponentials = last.Select((loss, k) => Math.Exp(loss / beforeLast[k] / temperature)).ToArray();
        var sum = exponentials.Sum();
        Weights = [.. exponentials.Select(value => tasks * value / sum)];
    }
}
