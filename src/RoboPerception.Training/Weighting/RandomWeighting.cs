using RoboPerception.Training.Data;
using static TorchSharp.torch;

namespace RoboPerception.Training.Weighting;

/// <summary>Random loss weighting (Lin et al., TMLR 2022): the softmax of fresh normal numbers at every step; the weights sum to 1.</summary>
internal sealed class RandomWeighting(int tasks, int seed) : SummedWeighting
{
    private double[] weights = [.. Enumerable.Repeat(1.0 / tasks, tasks)];

    /// <inheritdoc/>
    public override IReadOnlyList<double> Weights => weights;

    /// <inheritdoc/>
    public override Tensor Combine(IReadOnlyList<Tensor> losses) => Sum(losses, weights);

    /// <inheritdoc/>
    public override void Backward(IReadOnlyList<Tensor> losses, long stepsDone)
    {
        var random = new Random(Seeds.Mix(seed, unchecked((int)stepsDone), -3));
        weights = SmallMath.Softmax([.. Enumerable.Range(0, tasks).Select(_ => Normal(random))]);
        base.Backward(losses, stepsDone);
    }

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
