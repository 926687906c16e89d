using RoboPerception.Core;
using RoboPerception.Training.Data;

namespace RoboPerception.Training.Reports;

/// <summary>
/// How often tasks agree on whether two pixels belong together, by their distance: the analysis with which MTI-Net motivates sharing at several
/// scales. Two pixels are alike in segmentation if they have the same class, in depth if their distances differ by less than 5 percent, in normals
/// if the angle between them is below 15 degrees. Of every pixel and its eight neighbours at a dilation, the share of pairs counts on which two
/// tasks say the same.
/// </summary>
internal sealed class PixelAffinity(IReadOnlyList<int> dilations)
{
    private const double DepthShare = 0.05;
    private static readonly double NormalCosine = Math.Cos(15 * Math.PI / 180);

    // The other four neighbours are the same pairs seen from the other pixel.
    private static readonly (int Y, int X)[] Directions = [(0, 1), (1, 0), (1, 1), (1, -1)];

    private readonly long[,] agreeing = new long[dilations.Count, Pairs.Count];
    private readonly long[,] counted = new long[dilations.Count, Pairs.Count];

    /// <summary>The pairs of tasks.</summary>
    public static IReadOnlyList<string> Pairs { get; } = ["seg - depth", "seg - normal", "depth - normal"];

    /// <summary>Distances between the pixels of a pair.</summary>
    public IReadOnlyList<int> Dilations => dilations;

    /// <summary>Share of agreeing pixel pairs, 0..1; NaN if none was valid.</summary>
    public double Agreement(int dilation, int pair) => counted[dilation, pair] == 0 ? double.NaN : (double)agreeing[dilation, pair] / counted[dilation, pair];

    /// <summary>Adds the ground truth of an image.</summary>
    public void Add(LabeledImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        for (var d = 0; d < dilations.Count; d++)
        {
            foreach (var (dy, dx) in Directions)
            {
                var (down, right) = (dy * dilations[d], dx * dilations[d]);
                for (var y = 0; y < image.Height - down; y++)
                {
                    for (var x = Math.Max(0, -right); x < image.Width - Math.Max(0, right); x++)
                    {
                        Count(image, d, (y * image.Width) + x, ((y + down) * image.Width) + x + right);
                    }
                }
            }
        }
    }

    private void Count(LabeledImage image, int dilation, int a, int b)
    {
        var (classes, depth, normals) = (SameClass(image, a, b), SameDepth(image, a, b), SameNormal(image, a, b));
        Compare(dilation, 0, classes, depth);
        Compare(dilation, 1, classes, normals);
        Compare(dilation, 2, depth, normals);
    }

    private void Compare(int dilation, int pair, bool? first, bool? second)
    {
        if (first is not null && second is not null)
        {
            counted[dilation, pair]++;
            agreeing[dilation, pair] += first == second ? 1 : 0;
        }
    }

    private static bool? SameClass(LabeledImage image, int a, int b) =>
        image.Labels[a] == ClassMap.Unlabelled || image.Labels[b] == ClassMap.Unlabelled ? null : image.Labels[a] == image.Labels[b];

    private static bool? SameDepth(LabeledImage image, int a, int b)
    {
        int first = image.DepthMillimetres[a], second = image.DepthMillimetres[b];
        return first == 0 || second == 0 ? null : Math.Abs(first - second) < DepthShare * Math.Max(first, second);
    }

    private static bool? SameNormal(LabeledImage image, int a, int b)
    {
        ReadOnlySpan<sbyte> first = image.Normals.AsSpan(3 * a, 3), second = image.Normals.AsSpan(3 * b, 3);
        double dot = 0, one = 0, two = 0;
        for (var c = 0; c < 3; c++)
        {
            dot += first[c] * second[c];
            one += first[c] * first[c];
            two += second[c] * second[c];
        }

        return one == 0 || two == 0 ? null : dot > NormalCosine * Math.Sqrt(one * two);
    }
}
