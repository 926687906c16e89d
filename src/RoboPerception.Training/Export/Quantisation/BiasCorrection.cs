using RoboPerception.Onnx;

namespace RoboPerception.Training.Export.Quantisation;

/// <summary>
/// Takes out of the predictions what rounding shifts them by on average: one number for each channel of a last convolution, its mean over images in float less
/// its mean in bytes (Nagel et al., "Data-Free Quantization Through Weight Equalization and Bias Correction", ICCV 2019, section 4.2, in its form with images).
/// Of depth that is a factor on every distance. Where predictions are not what a convolution makes but, say, its direction, the mean can mislead: a correction
/// that does not bring the predictions nearer is undone.
/// </summary>
internal static class BiasCorrection
{
    /// <summary>Corrects a quantised graph in place.</summary>
    /// <param name="exact">The float graph.</param>
    /// <param name="quantised">What <see cref="QuantisePass"/> made of it.</param>
    /// <param name="convolutions">The last convolutions.</param>
    /// <param name="images">Calibration images (1,H,W,3).</param>
    /// <param name="loss">How far the predictions of the quantised graph are from the float one's.</param>
    /// <param name="cancellation">Ends the measuring.</param>
    /// <returns>The convolutions whose correction stays, and the loss with them.</returns>
    public static (IReadOnlyList<string> Corrected, PredictionLoss Loss) Apply(
        Graph exact, Graph quantised, IReadOnlyList<Node> convolutions, IReadOnlyList<byte[]> images, Func<PredictionLoss> loss, CancellationToken cancellation)
    {
        if (convolutions.Count == 0)
        {
            return ([], loss());
        }

        string[] results = [.. convolutions.Select(node => node.Outputs[0])];
        int[] channels = [.. convolutions.Select(node => (int)exact.Initializers[node.Inputs[1]].Type.Shape[0])];
        var (wanted, found) = (Means(exact, results, channels, images, cancellation), Means(quantised, results, channels, images, cancellation));
        var (corrected, best) = (new List<string>(), loss());
        for (var i = 0; i < convolutions.Count; i++)
        {
            if (QuantisePass.ShiftBias(quantised, convolutions[i].Name, [.. wanted[i].Zip(found[i], (exactly, rounded) => exactly - rounded)]) is not { } before)
            {
                continue;
            }

            if (loss() is var now && now.Total < best.Total)
            {
                best = now;
                corrected.Add(convolutions[i].Name);
            }
            else
            {
                quantised.Initializers[before.Name] = before;
            }
        }

        return (corrected, best);
    }

    /// <summary>The mean of every channel of some tensors (1,C,H,W).</summary>
    private static double[][] Means(Graph graph, string[] tensors, int[] channels, IReadOnlyList<byte[]> images, CancellationToken cancellation)
    {
        using var runner = GraphRunner.WithInner(graph, tensors);
        var means = Array.ConvertAll(channels, count => new double[count]);
        runner.Visit(
            images,
            tensors,
            (tensor, values) =>
            {
                var mean = means[tensor];
                var pixels = values.Length / mean.Length;
                for (var c = 0; c < mean.Length; c++)
                {
                    double sum = 0;
                    foreach (var value in values.Slice(c * pixels, pixels))
                    {
                        sum += value;
                    }

                    mean[c] += sum / pixels / images.Count;
                }
            },
            cancellation);
        return means;
    }
}
