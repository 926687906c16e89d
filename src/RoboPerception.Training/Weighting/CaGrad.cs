using RoboPerception.Training.Networks;

namespace RoboPerception.Training.Weighting;

/// <summary>
/// Conflict-averse gradient (Liu et al., NeurIPS 2021): within a ball of radius c times the mean gradient around it, the direction whose worst
/// task improves most. With g_w = sum of w_k g_k that is (mean + c |mean| g_w / |g_w|) / (1 + c^2), where w on the
/// simplex minimises g_w . mean + c |mean| |g_w|.
/// </summary>
internal sealed class CaGrad(PerceptionNetwork network, double radius = 0.5) : GradientWeighting(network)
{
    private const int Iterations = 400;

    /// <inheritdoc/>
    public override GradientFactors Factors(double[,] products, IReadOnlyList<double> losses, long stepsDone)
    {
        ArgumentNullException.ThrowIfNull(products);
        var tasks = products.GetLength(0);
        double[] equal = [.. Enumerable.Repeat(1.0 / tasks, tasks)];
        var towards = SmallMath.Multiply(products, equal);
        var reach = radius * Math.Sqrt(Math.Max(SmallMath.Dot(equal, towards), 0));
        var weights = Minimise(products, towards, reach);
        var length = Math.Sqrt(Math.Max(SmallMath.Dot(weights, SmallMath.Multiply(products, weights)), 0));
        var pull = length > 0 ? reach / length : 0;
        return new GradientFactors([.. weights.Select(w => ((1.0 / tasks) + (pull * w)) / (1 + (radius * radius)))], Ones(tasks));
    }

    /// <summary>
    /// The objective is convex: exponentiated-gradient steps stay on the simplex, and a step that does not pay is tried again at half the
    /// length.
    /// </summary>
    private static double[] Minimise(double[,] products, double[] towards, double reach)
    {
        var tasks = towards.Length;
        double[] best = [.. Enumerable.Repeat(1.0 / tasks, tasks)];
        var lowest = Value(best);
        var scale = Enumerable.Range(0, tasks).Max(k => products[k, k]);
        var rate = scale > 0 ? 1 / scale : 0;
        for (var i = 0; i < Iterations; i++)
        {
            var slope = SmallMath.Multiply(products, best);
            var length = Math.Sqrt(Math.Max(SmallMath.Dot(best, slope), 1e-300));
            var tried = SmallMath.Softmax([.. best.Select((w, k) => Math.Log(Math.Max(w, 1e-300)) - (rate * (towards[k] + (reach * slope[k] / length))))]);
            var value = Value(tried);
            if (value < lowest)
            {
                (best, lowest, rate) = (tried, value, rate * 1.5);
            }
            else
            {
                rate /= 2;
            }
        }

        return best;

        double Value(double[] w) => SmallMath.Dot(w, towards) + (reach * Math.Sqrt(Math.Max(SmallMath.Dot(w, SmallMath.Multiply(products, w)), 0)));
    }
}
