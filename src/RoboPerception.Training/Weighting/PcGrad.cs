using RoboPerception.Training.Data;
using RoboPerception.Training.Networks;

namespace RoboPerception.Training.Weighting;

/// <summary>
/// Projected conflicting gradients (Yu et al., NeurIPS 2020): each task's gradient loses, in random order of the others, its part along every
/// gradient it opposes; the sum of what is left is followed.
/// </summary>
internal sealed class PcGrad(PerceptionNetwork network, int seed) : GradientWeighting(network)
{
    /// <inheritdoc/>
    public override GradientFactors Factors(double[,] products, IReadOnlyList<double> losses, long stepsDone)
    {
        ArgumentNullException.ThrowIfNull(products);
        var tasks = products.GetLength(0);
        var random = new Random(Seeds.Mix(seed, unchecked((int)stepsDone), -2));
        var sum = new double[tasks];
        for (var i = 0; i < tasks; i++)
        {
            // The projected gradient as a combination of the plain ones.
            var mix = new double[tasks];
            mix[i] = 1;
            int[] others = [.. Enumerable.Range(0, tasks).Where(j => j != i)];
            random.Shuffle(others);
            foreach (var j in others)
            {
                var along = SmallMath.Multiply(products, mix)[j];
                if (along < 0 && products[j, j] > 0)
                {
                    mix[j] -= along / products[j, j];
                }
            }

            for (var k = 0; k < tasks; k++)
            {
                sum[k] += mix[k];
            }
        }

        return new GradientFactors(sum, Ones(tasks));
    }
}
