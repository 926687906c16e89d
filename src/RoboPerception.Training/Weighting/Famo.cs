using RoboPerception.Training.Optimisation;
using static TorchSharp.torch;

namespace RoboPerception.Training.Weighting;

/// <summary>
/// Fast adaptive multi-task optimisation (Liu et al., NeurIPS 2023): with z = softmax(w) it follows the gradient of
/// sum z_k log L_k / sum (z_k / L_k), the divisor held fixed, and moves w by how much each log loss fell in the step: tasks that
/// fell least gain weight. One backward pass and one more forward pass a step.
/// </summary>
internal sealed class Famo(int tasks) : SummedWeighting
{
    private const double LearningRate = 0.025, Decay = 1e-3, Floor = 1e-8;
    private readonly ScalarAdam logits = new(new double[tasks], LearningRate, Decay);
    private double[] before = [];

    /// <inheritdoc/>
    public override IReadOnlyList<double> Weights => SmallMath.Softmax(logits.Values);

    /// <inheritdoc/>
    public override IReadOnlyList<double> State
    {
        get => logits.State;
        set => logits.State = value;
    }

    /// <inheritdoc/>
    public override Tensor Combine(IReadOnlyList<Tensor> losses)
    {
        ArgumentNullException.ThrowIfNull(losses);
        var z = Weights;
        before = [.. Scalars.Read(losses).Select(loss => Math.Max(loss, Floor))];
        var divisor = z.Zip(before, (share, loss) => share / loss).Sum();
        return Sum([.. losses.Select(loss => loss.clamp_min(HeldScalar.Of(Floor)).log())], [.. z.Select(share => share / divisor)]);
    }

    /// <inheritdoc/>
    public override void AfterStep(Func<IReadOnlyList<double>> lossesNow)
    {
        ArgumentNullException.ThrowIfNull(lossesNow);
        double[] fall = [.. lossesNow().Select((loss, k) => Math.Log(before[k]) - Math.Log(Math.Max(loss, Floor)))];
        var z = SmallMath.Softmax(logits.Values);
        var mean = SmallMath.Dot(z, fall);
        logits.Step([.. fall.Select((value, k) => z[k] * (value - mean))]);
    }
}
