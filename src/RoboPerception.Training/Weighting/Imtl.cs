using RoboPerception.Training.Networks;

namespace RoboPerception.Training.Weighting;

/// <summary>
/// Impartial multi-task learning (Liu et al., ICLR 2021), both halves. Losses: L becomes exp(s) L - s with a learnt s per task, which drives all
/// scaled losses to 1. Gradients: factors that sum to 1 and give the combination the same projection on every task's
/// unit gradient, in closed form.
/// </summary>
internal sealed class Imtl(PerceptionNetwork network, double learningRate) : GradientWeighting(network)
{
    private readonly ScalarAdam logScales = new(new double[network.SupervisedTasks.Count], learningRate);

    /// <inheritdoc/>
    public override IReadOnlyList<double> State
    {
        get => logScales.State;
        set => logScales.State = value;
    }

    /// <inheritdoc/>
    public override GradientFactors Factors(double[,] products, IReadOnlyList<double> losses, long stepsDone)
    {
        ArgumentNullException.ThrowIfNull(products);
        ArgumentNullException.ThrowIfNull(losses);
        var tasks = losses.Count;
        double[] scales = [.. logScales.Values.Select(Math.Exp)];
        logScales.Step([.. losses.Select((loss, k) => (scales[k] * loss) - 1)]);
        var scaled = new double[tasks, tasks];
        for (var i = 0; i < tasks; i++)
        {
            for (var j = 0; j < tasks; j++)
            {
                scaled[i, j] = products[i, j] * scales[i] * scales[j];
            }
        }

        var impartial = Impartial(scaled);
        return new GradientFactors([.. impartial.Select((alpha, k) => alpha * scales[k])], scales);
    }

    /// <summary>Factors of equal projection from the inner products of the (scaled) gradients; equal ones where that has no answer.</summary>
    internal static double[] Impartial(double[,] products)
    {
        var tasks = products.GetLength(0);
        double[] lengths = [.. Enumerable.Range(0, tasks).Select(k => Math.Sqrt(products[k, k]))];
        if (tasks == 1 || lengths.Any(length => !(length > 0)))
        {
            return [.. Enumerable.Repeat(1.0 / tasks, tasks)];
        }

        // a_{2..K} (D U^T) = g_1 U^T with rows D_i = g_1 - g_i and U_i = u_1 - u_i; solved transposed.
        var matrix = new double[tasks - 1, tasks - 1];
        var right = new double[tasks - 1];
        for (var j = 0; j < tasks - 1; j++)
        {
            right[j] = OnUnits(0, j + 1);
            for (var i = 0; i < tasks - 1; i++)
            {
                matrix[j, i] = OnUnits(0, j + 1) - OnUnits(i + 1, j + 1);
            }
        }

        return SmallMath.Solve(matrix, right) is { } rest && rest.All(double.IsFinite)
            ? [1 - rest.Sum(), .. rest]
            : [.. Enumerable.Repeat(1.0 / tasks, tasks)];

        double OnUnits(int gradient, int other) => (products[gradient, 0] / lengths[0]) - (products[gradient, other] / lengths[other]);
    }
}
