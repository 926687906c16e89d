using RoboPerception.Training.Networks;

namespace RoboPerception.Training.Weighting;

/// <summary>
/// Nash bargaining (Navon et al., ICML 2022): the factors a &gt; 0 with G G^T a = 1/a, that is, the direction whose product of the tasks' gains is
/// largest. They minimise the convex a^T G G^T a / 2 - sum log a and are found by Newton's steps. The direction then has
/// length sqrt(K); it is shortened to 1, which is the method's usual clipping.
/// </summary>
internal sealed class NashMtl(PerceptionNetwork network) : GradientWeighting(network)
{
    private const int Iterations = 60;

    /// <inheritdoc/>
    public override GradientFactors Factors(double[,] products, IReadOnlyList<double> losses, long stepsDone)
    {
        ArgumentNullException.ThrowIfNull(products);
        var bargain = Bargain(products);
        double[] factors = [.. bargain.Select(a => a / Math.Sqrt(bargain.Length))];
        return new GradientFactors(factors, factors);
    }

    /// <summary>The solution of G G^T a = 1/a.</summary>
    internal static double[] Bargain(double[,] products)
    {
        var tasks = products.GetLength(0);

        // A task without a gradient would ask for an infinite factor; a little on the diagonal keeps it finite.
        var largest = Enumerable.Range(0, tasks).Max(k => products[k, k]);
        if (!(largest > 0))
        {
            return [.. Enumerable.Repeat(1.0, tasks)];
        }

        var matrix = (double[,])products.Clone();
        for (var k = 0; k < tasks; k++)
        {
            matrix[k, k] += 1e-9 * largest;
        }

        double[] a = [.. Enumerable.Range(0, tasks).Select(k => 1 / Math.Sqrt(matrix[k, k]))];
        for (var i = 0; i < Iterations; i++)
        {
            var slope = SmallMath.Multiply(matrix, a);
            var curvature = (double[,])matrix.Clone();
            for (var k = 0; k < tasks; k++)
            {
                slope[k] -= 1 / a[k];
                curvature[k, k] += 1 / (a[k] * a[k]);
            }

            if (SmallMath.Solve(curvature, slope) is not { } move)
            {
                break;
            }

            // Damped as self-concordant functions allow: the next point stays positive and lower.
            var decrement = Math.Sqrt(Math.Max(SmallMath.Dot(slope, move), 0));
            var rate = decrement > 0.25 ? 1 / (1 + decrement) : 1;
            for (var k = 0; k < tasks; k++)
            {
                a[k] -= rate * move[k];
            }
        }

        return a;
    }
}
