using static TorchSharp.torch;

namespace RoboPerception.Training.Weighting;

/// <summary>The plain sum.</summary>
public sealed class EqualWeighting : ITaskWeighting
{
    /// <inheritdoc/>
    public Tensor Combine(IReadOnlyList<Tensor> losses)
    {
        ArgumentNullException.ThrowIfNull(losses);
        return losses.Skip(1).Aggregate(losses[0], (sum, loss) => sum + loss);
    }

    /// <inheritdoc/>
    public void EndEpoch(IReadOnlyList<double> meanLosses)
    {
    }
}
