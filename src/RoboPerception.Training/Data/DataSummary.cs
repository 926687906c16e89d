using System.Globalization;
using RoboPerception.Core;

namespace RoboPerception.Training.Data;

/// <summary>What a pass over a data set found.</summary>
internal sealed class DataSummary
{
    private readonly long[] labels = new long[256];
    private readonly NormalsDetail detail = new();
    private long pixels, depths, normals, away, edges, salient, parts;
    private double depthSum, nearest = double.PositiveInfinity, farthest;
    private bool inverse;

    /// <summary>Counts an image.</summary>
    public void Add(LabeledImage image)
    {
        pixels += image.Labels.Length;
        inverse |= image.IsInverseDepth;
        for (var i = 0; i < image.Labels.Length; i++)
        {
            labels[image.Labels[i]]++;
            AddDepth(image.DepthMillimetres[i] * image.DepthStep);
            if (image.Normals.AsSpan(3 * i, 3).ContainsAnyExcept((sbyte)0))
            {
                normals++;
                away += image.Normals[(3 * i) + 2] > 0 ? 1 : 0;
            }
        }

        detail.Add(image);
        edges += image.Edges?.Count(value => value == 1) ?? 0;
        salient += image.Saliency?.Count(value => value == 1) ?? 0;
        parts += image.HumanParts?.Count(value => value is > 0 and not LabeledImage.Unknown) ?? 0;
    }

    /// <summary>One name and value a line; what the set does not have is left out.</summary>
    public IEnumerable<(string Name, string Value)> Lines(ClassMap classes)
    {
        yield return ("labelled", Share(pixels - labels[ClassMap.Unlabelled], pixels));
        foreach (var entry in classes.Classes.Where(entry => labels[entry.Id] > 0))
        {
            yield return ($"  {entry.Name}", Share(labels[entry.Id], pixels));
        }

        if (depths > 0)
        {
            yield return (inverse ? "inverse depth" : "depth in metres", string.Create(
                CultureInfo.InvariantCulture, $"{Share(depths, pixels)}, {nearest:F4} to {farthest:F4}, mean {depthSum / depths:F4}"));
        }

        if (normals > 0)
        {
            yield return ("normals", $"{Share(normals, pixels)}, of those {Share(away, normals)} point away from the camera");
            yield return ("  from the mean of", detail.ToString());
        }

        foreach (var (name, count) in new[] { ("edges", edges), ("salient", salient), ("parts of people", parts) }.Where(entry => entry.Item2 > 0))
        {
            yield return (name, Share(count, pixels));
        }
    }

    private void AddDepth(double depth)
    {
        if (depth > 0)
        {
            depths++;
            depthSum += depth;
            nearest = Math.Min(nearest, depth);
            farthest = Math.Max(farthest, depth);
        }
    }

    private static string Share(long part, long all) => string.Create(CultureInfo.InvariantCulture, $"{100.0 * part / Math.Max(all, 1):F2} %");
}
