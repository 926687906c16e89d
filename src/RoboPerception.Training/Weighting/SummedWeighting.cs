using static TorchSharp.torch;

namespace RoboPerception.Training.Weighting;

/// <summary>A scheme that minimises one number made of the losses: one backward pass whatever the number of tasks.</summary>
internal abstract class SummedWeighting : ITaskWeighting
{
    /// <inheritdoc/>
    public abstract IReadOnlyList<double> Weights { get; }

    /// <summary>The number that is minimised, a scalar tensor.</summary>
    public abstract Tensor Combine(IReadOnlyList<Tensor> losses);

    /// <inheritdoc/>
    public virtual void Backward(IReadOnlyList<Tensor> losses, long stepsDone) => Combine(losses).backward();

    /// <inheritdoc/>
    public virtual void EndEpoch(IReadOnlyList<double> meanLosses)
    {
    }

    /// <inheritdoc/>
    public virtual void AfterStep(Func<IReadOnlyList<double>> lossesNow)
    {
    }

    /// <inheritdoc/>
    public virtual IReadOnlyList<double> State
    {
        get => [];
        set { }
    }

    /// <summary>The sum of the losses times constants.</summary>
    protected static Tensor Sum(IReadOnlyList<Tensor> losses, IReadOnlyList<double> factors)
    {
        ArgumentNullException.ThrowIfNull(losses);
        return losses.Select((loss, k) => loss * HeldScalar.Of(factors[k])).Aggregate((sum, loss) => sum.Plus(loss));
    }
}
