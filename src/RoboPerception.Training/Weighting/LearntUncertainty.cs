using RoboPerception.Training.Optimisation;
using static TorchSharp.torch;

namespace RoboPerception.Training.Weighting;

/// <summary>
/// <see cref="UncertaintyWeighting"/> for networks without log-variances of their own: the scheme keeps them, starts them at -0.5 and moves
/// them with Adam at the run's base rate along 1/2 - L/(2 exp(s)).
/// </summary>
internal sealed class LearntUncertainty(int tasks, double learningRate) : SummedWeighting
{
    private const double Start = -0.5;
    private readonly ScalarAdam logVariances = new([.. Enumerable.Repeat(Start, tasks)], learningRate);

    /// <inheritdoc/>
    public override IReadOnlyList<double> Weights => [.. logVariances.Values.Select(s => 0.5 * Math.Exp(-s))];

    /// <inheritdoc/>
    public override Tensor Combine(IReadOnlyList<Tensor> losses) => Sum(losses, Weights).Plus(logVariances.Values.Sum() / 2);

    /// <inheritdoc/>
    public override void Backward(IReadOnlyList<Tensor> losses, long stepsDone)
    {
        ArgumentNullException.ThrowIfNull(losses);
        Combine(losses).backward();
        var weights = Weights;
        logVariances.Step([.. Scalars.Read(losses).Select((loss, k) => 0.5 - (loss * weights[k]))]);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<double> State
    {
        get => logVariances.State;
        set => logVariances.State = value;
    }
}
