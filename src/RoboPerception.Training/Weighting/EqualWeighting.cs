using static TorchSharp.torch;

namespace RoboPerception.Training.Weighting;

/// <summary>The plain sum.</summary>
internal sealed class EqualWeighting(int tasks = 1) : SummedWeighting
{
    /// <inheritdoc/>
    public override IReadOnlyList<double> Weights { get; } = [.. Enumerable.Repeat(1.0, tasks)];

    /// <inheritdoc/>
    public override Tensor Combine(IReadOnlyList<Tensor> losses)
    {
        ArgumentNullException.ThrowIfNull(losses);
        return losses.Skip(1).Aggregate(losses[0], (sum, loss) => sum.Plus(loss));
    }
}
