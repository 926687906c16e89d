using RoboPerception.Training.Weighting;
using static TorchSharp.torch;

namespace RoboPerception.Training.Parity;

/// <summary>Dynamic weight average over a sequence of epochs, and uncertainty weighting with its gradients.</summary>
internal static class WeightingParity
{
    private const double Tolerance = 5e-6;

    /// <summary>Whether the file holds weightings.</summary>
    public static bool Recognises(GoldenFile file) => file.Has("dwa0/losses") || file.Has("uncertainty0/losses");

    public static void Compare(GoldenFile file, ParityReport report)
    {
        using var scope = NewDisposeScope();
        for (var i = 0; file.Has($"dwa{i}/losses"); i++)
        {
            CompareDwa(file, $"dwa{i}/", report);
        }

        for (var i = 0; file.Has($"uncertainty{i}/losses"); i++)
        {
            CompareUncertainty(file, $"uncertainty{i}/", report);
        }
    }

    private static void CompareDwa(GoldenFile file, string prefix, ParityReport report)
    {
        var tasks = (int)file.Shape(prefix + "losses")[1];
        float[] losses = file.Floats(prefix + "losses"), lambda = file.Floats(prefix + "lambda"), totals = file.Floats(prefix + "weighted_total");
        var weighting = new DynamicWeightAverage(tasks, file.Scalar(prefix + "temperature"));
        for (var epoch = 0; epoch < totals.Length; epoch++)
        {
            var row = losses.AsSpan(epoch * tasks, tasks).ToArray();
            for (var k = 0; k < tasks; k++)
            {
                report.Relative("dwa lambda", $"{prefix}lambda[{epoch},{k}]", weighting.Weights[k], lambda[(epoch * tasks) + k], Tolerance);
            }

            var total = weighting.Combine([.. row.Select(loss => tensor(loss))]);
            report.Relative("dwa total", $"{prefix}weighted_total[{epoch}]", total.item<float>(), totals[epoch], Tolerance);
            weighting.EndEpoch([.. row.Select(loss => (double)loss)]);
        }
    }

    private static void CompareUncertainty(GoldenFile file, string prefix, ParityReport report)
    {
        var losses = file.Floats(prefix + "losses").Select(loss => tensor(loss).requires_grad_()).ToArray();
        var logVariances = file.Tensor(prefix + "log_variance").requires_grad_();
        var total = new UncertaintyWeighting(logVariances).Combine(losses);
        total.backward();
        report.Relative("uncertainty total", prefix + "total", total.item<float>(), file.Scalar(prefix + "total"), Tolerance);
        var lossGradients = file.Floats(prefix + "grad_losses");
        var varianceGradients = file.Floats(prefix + "grad_log_variance");
        var actual = logVariances.grad!.data<float>().ToArray();
        for (var k = 0; k < losses.Length; k++)
        {
            report.Relative("uncertainty grad", $"{prefix}grad_losses[{k}]", losses[k].grad!.item<float>(), lossGradients[k], Tolerance);
            report.Relative("uncertainty grad", $"{prefix}grad_log_variance[{k}]", actual[k], varianceGradients[k], Tolerance);
        }
    }
}
