using System.Globalization;
using RoboPerception.Training.Weighting;
using static TorchSharp.torch;

namespace RoboPerception.Training.Parity;

/// <summary>Dynamic weight average over a sequence of epochs, and uncertainty weighting with its gradients.</summary>
internal static class WeightingParity
{
    private const double Tolerance = 5e-6;

    /// <summary>Whether the file holds weightings.</summary>
    public static bool Recognises(GoldenFile file) => Groups(file, "dwa").Any() || Groups(file, "uncertainty").Any();

    public static void Compare(GoldenFile file, ParityReport report)
    {
        using var scope = NewDisposeScope();
        foreach (var (i, prefix) in Groups(file, "dwa").Index())
        {
            CompareDwa(file, prefix, Temperature(file, prefix, i), report);
        }

        foreach (var prefix in Groups(file, "uncertainty"))
        {
            CompareUncertainty(file, prefix, report);
        }
    }

    private static IEnumerable<string> Groups(GoldenFile file, string kind)
    {
        const string losses = "losses";
        return file.Names.Where(name => name.StartsWith(kind, StringComparison.Ordinal) && name.EndsWith("/" + losses, StringComparison.Ordinal)).Select(name => name[..^losses.Length]).Order(StringComparer.Ordinal);
    }

    private static double Temperature(GoldenFile file, string prefix, int sequence) =>
        file.Has(prefix + "temperature") ? file.Scalar(prefix + "temperature")
        : file.List("dwa_temperatures")?.ElementAtOrDefault(sequence) is { } text && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var given) ? given
        : DynamicWeightAverage.PaperTemperature;

    private static void CompareDwa(GoldenFile file, string prefix, double temperature, ParityReport report)
    {
        var tasks = (int)file.Shape(prefix + "losses")[1];
        var losses = file.Floats(prefix + "losses");
        float[] lambda = Given("lambda"), totals = Given("weighted_total");
        var weighting = new DynamicWeightAverage(tasks, temperature);
        for (var epoch = 0; epoch < losses.Length / tasks; epoch++)
        {
            var row = losses.AsSpan(epoch * tasks, tasks).ToArray();
            for (var k = 0; k < tasks && lambda.Length > 0; k++)
            {
                report.Relative("dwa lambda", $"{prefix}lambda[{epoch},{k}]", weighting.Weights[k], lambda[(epoch * tasks) + k], Tolerance);
            }

            if (totals.Length > 0)
            {
                var total = weighting.Combine([.. row.Select(loss => tensor(loss))]);
                report.Relative("dwa total", $"{prefix}weighted_total[{epoch}]", total.item<float>(), totals[epoch], Tolerance);
            }

            weighting.EndEpoch([.. row.Select(loss => (double)loss)]);
        }

        float[] Given(string name) => file.Has(prefix + name) ? file.Floats(prefix + name) : [];
    }

    private static void CompareUncertainty(GoldenFile file, string prefix, ParityReport report)
    {
        var losses = file.Floats(prefix + "losses").Select(loss => tensor(loss).requires_grad_()).ToArray();
        var logVariances = file.Tensor(prefix + "log_variance").requires_grad_();
        var total = new UncertaintyWeighting(logVariances).Combine(losses);
        total.backward();
        if (file.Has(prefix + "total"))
        {
            report.Relative("uncertainty total", prefix + "total", total.item<float>(), file.Scalar(prefix + "total"), Tolerance);
        }

        Gradients("grad_losses", [.. losses.Select(loss => loss.grad!.item<float>())]);
        Gradients("grad_log_variance", logVariances.grad!.data<float>().ToArray());

        void Gradients(string name, float[] actual)
        {
            var expected = file.Has(prefix + name) ? file.Floats(prefix + name) : [];
            for (var k = 0; k < expected.Length; k++)
            {
                report.Relative("uncertainty grad", $"{prefix}{name}[{k}]", actual[k], expected[k], Tolerance);
            }
        }
    }
}
