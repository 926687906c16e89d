using RoboPerception.Training.Networks;

namespace RoboPerception.Training.Weighting;

/// <summary>
/// Aligned gradients (Senushkin et al., CVPR 2023): all singular values of the gradient matrix are scaled to the smallest, so that no direction
/// dominates. With G G^T = V Lambda V^T the factors are the column sums of sqrt(lambda_min) V Lambda^(-1/2) V^T, over the eigenvalues
/// that are not zero.
/// </summary>
internal sealed class AlignedMtl(PerceptionNetwork network) : GradientWeighting(network)
{
    /// <inheritdoc/>
    public override GradientFactors Factors(double[,] products, IReadOnlyList<double> losses, long stepsDone)
    {
        ArgumentNullException.ThrowIfNull(products);
        return new GradientFactors(Align(products), Ones(products.GetLength(0)));
    }

    /// <summary>The factors from the inner products.</summary>
    internal static double[] Align(double[,] products)
    {
        var tasks = products.GetLength(0);
        var (values, vectors) = SmallMath.Eigen(products);
        var floor = values.Max() * tasks * 1e-7;
        int[] kept = [.. Enumerable.Range(0, tasks).Where(i => values[i] > floor)];
        if (kept.Length == 0)
        {
            return Ones(tasks);
        }

        var smallest = kept.Min(i => values[i]);
        var factors = new double[tasks];
        foreach (var i in kept)
        {
            var scale = Math.Sqrt(smallest / values[i]);
            var sum = Enumerable.Range(0, tasks).Sum(k => vectors[k, i]);
            for (var k = 0; k < tasks; k++)
            {
                factors[k] += scale * vectors[k, i] * sum;
            }
        }

        return factors;
    }
}
