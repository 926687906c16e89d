using System.Globalization;
using RoboPerception.Core;

namespace RoboPerception.Inference;

/// <summary>What a comparison found.</summary>
/// <param name="Passed">True if everything is within its bounds.</param>
/// <param name="Summary">The figures, or the first bound that is broken.</param>
internal readonly record struct SelfCheckResult(bool Passed, string Summary);

/// <summary>
/// Decides whether predictions on the golden input are right: against those of the float32 CPU session for a GPU provider before it may
/// publish, and against the means the exporter wrote into the file for the CPU session itself.
/// </summary>
internal static class SelfCheck
{
    // The exporter's CPU may have other vector units, so last bits move. Of class ids the mean moves most: each near tie that flips
    // counts with the distance of two ids, and a cell may hold many of them.
    private const float MeanTolerance = 0.02f;
    private const float ClassMeanTolerance = 0.2f;

    /// <summary>Compares a GPU's predictions with the CPU's on the same image.</summary>
    public static SelfCheckResult Compare(OutputBuffers reference, OutputBuffers candidate, SelfCheckTolerance tolerance)
    {
        ArgumentNullException.ThrowIfNull(reference);
        ArgumentNullException.ThrowIfNull(candidate);
        ArgumentNullException.ThrowIfNull(tolerance);
        var figures = new List<string>();
        if (FindNotFinite(candidate) is { } where)
        {
            return new(false, where);
        }
        return Within("segmentation: share of pixels that differ", SegmentationDisagreement(reference.Segmentation, candidate.Segmentation), tolerance.SegmentationDisagreement, figures)
            && Within("depth: mean relative error", DepthError(reference.Depth, candidate.Depth), tolerance.DepthRelativeError, figures)
            && Within("normals: mean angle in degrees", NormalsAngle(reference.Normals, candidate.Normals), tolerance.NormalsDegrees, figures)
            ? new(true, string.Join(", ", figures))
            : new(false, figures[^1]);
    }

    /// <summary>Compares the CPU's predictions with what the file says it predicted at export; passes if the file carries no golden prediction.</summary>
    public static SelfCheckResult CompareWithExport(ModelDescription model, OutputBuffers predictions)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(predictions);
        if (FindNotFinite(predictions) is { } where)
        {
            return new(false, where);
        }
        if (model.Golden is not { } golden)
        {
            return new(true, "the file carries no golden prediction");
        }
        foreach (ModelOutput output in model.Outputs)
        {
            float[] means = output.Kind switch
            {
                OutputKind.Segmentation => GoldenMeans.Of(predictions.Segmentation, model.Input.Height, model.Input.Width),
                OutputKind.Depth => GoldenMeans.Of(predictions.Depth, 1, model.Input.Height, model.Input.Width),
                _ => GoldenMeans.Of(predictions.Normals, 3, model.Input.Height, model.Input.Width),
            };
            float tolerance = output.Kind == OutputKind.Segmentation ? ClassMeanTolerance : MeanTolerance;
            IReadOnlyList<float> expected = golden.OutputMeans[output.Name];
            for (int i = 0; i < means.Length; i++)
            {
                if (!(Math.Abs(means[i] - expected[i]) <= tolerance * Math.Max(1, Math.Abs(expected[i]))))
                {
                    return new(false, string.Create(CultureInfo.InvariantCulture,
                        $"output '{output.Name}' has mean {means[i]} in cell {i} of the golden input, {expected[i]} at export"));
                }
            }
        }
        return new(true, "as at export");
    }

    private static bool Within(string what, double? found, double bound, List<string> figures)
    {
        if (found is not { } value)
        {
            return true;
        }
        bool within = value <= bound;
        figures.Add(string.Create(CultureInfo.InvariantCulture, $"{what} {value:G3}{(within ? "" : $", allowed {bound:G3}")}"));
        return within;
    }

    private static string? FindNotFinite(OutputBuffers predictions)
    {
        foreach (float value in predictions.Depth)
        {
            if (!float.IsFinite(value))
            {
                return "depth: not a finite number on the golden input";
            }
        }
        foreach (float value in predictions.Normals)
        {
            if (!float.IsFinite(value))
            {
                return "normals: not a finite number on the golden input";
            }
        }
        return null;
    }

    private static double? SegmentationDisagreement(ReadOnlySpan<byte> reference, ReadOnlySpan<byte> candidate)
    {
        int differ = 0;
        for (int i = 0; i < reference.Length; i++)
        {
            differ += reference[i] == candidate[i] ? 0 : 1;
        }
        return reference.IsEmpty ? null : (double)differ / reference.Length;
    }

    private static double? DepthError(ReadOnlySpan<float> reference, ReadOnlySpan<float> candidate)
    {
        double error = 0, sum = 0;
        for (int i = 0; i < reference.Length; i++)
        {
            error += Math.Abs(candidate[i] - reference[i]);
            sum += Math.Abs(reference[i]);
        }
        return reference.IsEmpty ? null : error / Math.Max(sum, 1e-6);
    }

    private static double? NormalsAngle(ReadOnlySpan<float> reference, ReadOnlySpan<float> candidate)
    {
        if (reference.IsEmpty)
        {
            return null;
        }
        int pixels = reference.Length / 3;
        double degrees = 0;
        for (int i = 0; i < pixels; i++)
        {
            var a = new System.Numerics.Vector3(reference[i], reference[i + pixels], reference[i + 2 * pixels]);
            var b = new System.Numerics.Vector3(candidate[i], candidate[i + pixels], candidate[i + 2 * pixels]);
            // Through the chord: acos loses half its digits near zero. Lengths count too, a vector of another length is another prediction.
            degrees += 2 * Math.Asin(Math.Min(1, (a - b).Length() / 2)) * 180 / Math.PI;
        }
        return degrees / pixels;
    }
}
