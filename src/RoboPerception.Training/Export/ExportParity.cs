using System.Globalization;
using RoboPerception.Core;
using RoboPerception.Training.Networks;
using RoboPerception.Training.Tasks;
using static TorchSharp.torch;

namespace RoboPerception.Training.Export;

/// <summary>How well an exported graph predicts as the network does, over two images: the golden input and noise.</summary>
/// <param name="LargestDeviation">Largest |graph - network| / max(|network|, 1) of depth (metres) and normals.</param>
/// <param name="ClassAgreement">Share of pixels with the same class.</param>
internal sealed record ExportParity(double LargestDeviation, double ClassAgreement)
{
    /// <summary>Largest deviation allowed.</summary>
    public const double DeviationLimit = 1e-4;

    /// <summary>Smallest class agreement allowed: only near ties may differ.</summary>
    public const double AgreementLimit = 0.999;

    /// <summary>Whether the graph may be written. NaN may not.</summary>
    public bool Passed => LargestDeviation <= DeviationLimit && ClassAgreement >= AgreementLimit;

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"largest deviation {LargestDeviation:0.0e-0} (allowed {DeviationLimit:0e-0}), classes agree in {ClassAgreement:P3} of the pixels (needed {AgreementLimit:P1})");

    internal static ExportParity Measure(PerceptionNetwork network, GraphRunner runner)
    {
        var golden = new byte[runner.Height * runner.Width * 3];
        GoldenInput.Fill(golden, runner.Width, runner.Height);
        var noise = new byte[golden.Length];
        new Random(1).NextBytes(noise);
        double deviation = 0, agreement = 1;
        foreach (var image in new[] { golden, noise })
        {
            var predictions = runner.Run(image);
            using var scope = NewDisposeScope();
            using var noGradients = no_grad();
            var input = ToNetworkInput(image, runner).to(network.parameters().First().device);
            var outputs = network.forward(input);
            for (var k = 0; k < outputs.Length; k++)
            {
                var task = network.Tasks[k];
                if (task.Output is null)
                {
                    continue;
                }

                var name = TaskExport.OutputName(task);
                if (task.Kind == TaskKind.Segmentation)
                {
                    agreement = Math.Min(agreement, Agreement(outputs[k].argmax(1).cpu().data<long>().ToArray(), predictions.Labels(name)));
                }
                else
                {
                    var reference = task.Kind == TaskKind.Depth ? outputs[k].clamp(HeldScalar.Of(0)) : outputs[k];
                    deviation = Larger(deviation, Deviation(reference.cpu().contiguous().data<float>().ToArray(), predictions.Values(name)));
                }
            }
        }

        return new ExportParity(deviation, agreement);
    }

    private static Tensor ToNetworkInput(byte[] image, GraphRunner runner) =>
        tensor(image, [1, runner.Height, runner.Width, 3]).permute(0, 3, 1, 2).flip(1).to(float32).div(HeldScalar.Of(255));

    private static double Agreement(long[] reference, byte[] labels) => (double)reference.Zip(labels).Count(pair => pair.First == pair.Second) / labels.Length;

    private static double Deviation(float[] reference, float[] values)
    {
        var largest = 0.0;
        for (var i = 0; i < reference.Length; i++)
        {
            largest = Larger(largest, Math.Abs((double)values[i] - reference[i]) / Math.Max(Math.Abs(reference[i]), 1));
        }

        return largest;
    }

    private static double Larger(double a, double b) => double.IsNaN(a) || double.IsNaN(b) ? double.NaN : Math.Max(a, b);
}
