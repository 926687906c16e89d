using System.Globalization;
using RoboPerception.Core;

namespace RoboPerception.Training.Export.Quantisation;

/// <summary>How far a model's predictions are from those of another one, over some images.</summary>
/// <param name="Classes">Share of pixels of another class.</param>
/// <param name="Depth">Mean relative difference of depth.</param>
/// <param name="Degrees">Mean angle between normals.</param>
internal sealed record PredictionLoss(double Classes, double Depth, double Degrees)
{
    // What counts the same: a twentieth of the pixels, a twentieth of the depth, two degrees. All are about what a model's own error moves by over a release.
    private const double Share = 0.05, Angle = 2;

    /// <summary>One number to order by.</summary>
    public double Total => (Classes / Share) + (Depth / Share) + (Degrees / Angle);

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Classes:P2} of the classes, depth by {Depth:P2}, normals by {Degrees:F2} degrees");

    /// <summary>The mean over images of what two models predicted.</summary>
    public static PredictionLoss Between(IReadOnlyList<GraphRunner.Predictions> reference, IReadOnlyList<GraphRunner.Predictions> tried, ModelDescription description)
    {
        double classes = 0, depth = 0, degrees = 0;
        for (var i = 0; i < reference.Count; i++)
        {
            foreach (var output in description.Outputs)
            {
                switch (output.Kind)
                {
                    case OutputKind.Segmentation:
                        classes += Differing(reference[i].Labels(output.Name), tried[i].Labels(output.Name));
                        break;
                    case OutputKind.Normals:
                        degrees += Turned(reference[i].Values(output.Name), tried[i].Values(output.Name));
                        break;
                    default:
                        depth += Relative(reference[i].Values(output.Name), tried[i].Values(output.Name));
                        break;
                }
            }
        }

        return new PredictionLoss(classes / reference.Count, depth / reference.Count, degrees / reference.Count);
    }

    private static double Differing(byte[] a, byte[] b) => (double)a.Zip(b).Count(pair => pair.First != pair.Second) / a.Length;

    private static double Relative(float[] a, float[] b)
    {
        double sum = 0;
        for (var i = 0; i < a.Length; i++)
        {
            sum += Math.Abs((double)b[i] - a[i]) / Math.Max(a[i], 0.1);
        }

        return sum / a.Length;
    }

    private static double Turned(float[] a, float[] b)
    {
        var pixels = a.Length / 3;
        double sum = 0;
        for (var i = 0; i < pixels; i++)
        {
            double x = a[i] - b[i], y = a[i + pixels] - b[i + pixels], z = a[i + (2 * pixels)] - b[i + (2 * pixels)];
            sum += 2 * Math.Asin(Math.Min(1, Math.Sqrt((x * x) + (y * y) + (z * z)) / 2)) * 180 / Math.PI;
        }

        return sum / pixels;
    }
}
