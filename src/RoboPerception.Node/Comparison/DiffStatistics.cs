using RoboPerception.Core;
using RoboPerception.Inference;

namespace RoboPerception.Node.Comparison;

/// <summary>How much one frame differs; NaN where the two models have no such output in common.</summary>
/// <param name="Sequence">The frame's number.</param>
/// <param name="ChangedShare">Share of the pixels whose class is another.</param>
/// <param name="DepthRelative">Mean of |b - a| / a.</param>
/// <param name="MeanDegrees">Mean angle between the normals.</param>
internal sealed record FrameDifference(long Sequence, double ChangedShare, double DepthRelative, double MeanDegrees)
{
    /// <summary>0 = the same, 1 = nothing in common: the mean of changed share, relative depth difference (at most 1) and angle / 90 degrees, of those there are.</summary>
    public double Severity { get; } = new[] { ChangedShare, Math.Min(1, DepthRelative), Math.Min(1, MeanDegrees / 90) }.Where(double.IsFinite).DefaultIfEmpty(0).Average();
}

/// <summary>
/// What differs between the predictions of two models on one grid, pooled over the pixels of all frames: classes by name, depth by distance, normals by
/// angle. Distances and shares are those of the first model.
/// </summary>
internal sealed class DiffStatistics
{
    private const int DepthBins = 20;
    private const int AngleSteps = 10;
    private const double LargeAngle = 30;

    private readonly string[] firstNames;
    private readonly string[] secondNames;
    private readonly long[] confusion;
    private readonly bool[] isSame;
    private readonly DepthBin[] bins = [.. Enumerable.Range(0, DepthBins + 1).Select(_ => new DepthBin())];
    private readonly long[] angles = new long[(180 * AngleSteps) + 1];
    private readonly bool hasClasses;
    private long onlyOneDepth;
    private double angleSum;
    private long anglePixels;
    private long frames;

    /// <summary>Nothing compared yet.</summary>
    public DiffStatistics(ModelDescription first, ModelDescription second)
    {
        firstNames = Names(first);
        secondNames = Names(second);
        hasClasses = firstNames.Length > 1 && secondNames.Length > 1;
        confusion = new long[firstNames.Length * secondNames.Length];
        isSame = new bool[confusion.Length];
        for (int i = 0; i < confusion.Length; i++)
        {
            isSame[i] = firstNames[i / secondNames.Length] == secondNames[i % secondNames.Length];
        }
    }

    /// <summary>Compares a frame.</summary>
    /// <param name="sequence">Its number.</param>
    /// <param name="a">The first model's predictions.</param>
    /// <param name="b">The second one's, on the same grid.</param>
    public FrameDifference Add(long sequence, OutputBuffers a, OutputBuffers b)
    {
        frames++;
        return new FrameDifference(sequence, AddClasses(a.Segmentation, b.Segmentation), AddDepth(a.Depth, b.Depth), AddNormals(a.Normals, b.Normals));
    }

    /// <summary>The figures.</summary>
    public DiffDocument ToDocument(ModelFile other, string provider, WorstFrames? worst) => new(
        other.Description.Name, $"{other.ModelId:x16}", provider, frames, ClassesDocument(), DepthDocument(),
        anglePixels == 0 ? null : new NormalsDifference(anglePixels, Round(angleSum / anglePixels, 3), MedianAngle(), Round((double)angles.Skip((int)LargeAngle * AngleSteps).Sum() / anglePixels, 6)),
        worst?.Frames.Select(f => new WorstFrame(f.Sequence, Finite(f.ChangedShare, 6), Finite(f.DepthRelative, 6), Finite(f.MeanDegrees, 3))).ToList());

    private static string[] Names(ModelDescription model) => [.. model.Output(OutputKind.Segmentation)?.Classes?.Classes.OrderBy(c => c.Id).Select(c => c.Name) ?? [], "unlabelled"];

    private double AddClasses(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        if (!hasClasses)
        {
            return double.NaN;
        }
        int lastA = firstNames.Length - 1, lastB = secondNames.Length - 1;
        long changed = 0, compared = 0;
        for (int i = 0; i < a.Length; i++)
        {
            int from = Math.Min(a[i], lastA), to = Math.Min(b[i], lastB);
            if (from == lastA && to == lastB)
            {
                // Padding, or what neither of them names.
                continue;
            }
            int cell = (from * secondNames.Length) + to;
            confusion[cell]++;
            compared++;
            changed += isSame[cell] ? 0 : 1;
        }
        return compared == 0 ? 0 : (double)changed / compared;
    }

    private double AddDepth(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        if (a.IsEmpty || b.IsEmpty)
        {
            return double.NaN;
        }
        double relative = 0;
        long pixels = 0;
        for (int i = 0; i < a.Length; i++)
        {
            bool isA = float.IsFinite(a[i]) && a[i] > 0, isB = float.IsFinite(b[i]) && b[i] > 0;
            if (!isA || !isB)
            {
                onlyOneDepth += isA != isB ? 1 : 0;
                continue;
            }
            double difference = b[i] - a[i];
            bins[Math.Min((int)a[i], DepthBins)].Add(difference, Math.Abs(difference) / a[i]);
            relative += Math.Abs(difference) / a[i];
            pixels++;
        }
        return pixels == 0 ? 0 : relative / pixels;
    }

    private double AddNormals(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        if (a.IsEmpty || b.IsEmpty)
        {
            return double.NaN;
        }
        int plane = a.Length / 3;
        double sum = 0;
        long pixels = 0;
        for (int i = 0; i < plane; i++)
        {
            double degrees = Angle(a, b, i);
            if (double.IsNaN(degrees))
            {
                continue;
            }
            angles[(int)(degrees * AngleSteps)]++;
            sum += degrees;
            pixels++;
        }
        angleSum += sum;
        anglePixels += pixels;
        return pixels == 0 ? 0 : sum / pixels;
    }

    /// <summary>Degrees between two normals of a pixel; NaN where one of them is none. By the chord, which small angles do not lose to rounding.</summary>
    internal static double Angle(ReadOnlySpan<float> a, ReadOnlySpan<float> b, int pixel)
    {
        int plane = a.Length / 3;
        double chord = 0, lengthA = 0, lengthB = 0;
        for (int axis = 0; axis < 3; axis++)
        {
            double x = a[(axis * plane) + pixel], y = b[(axis * plane) + pixel];
            chord += (x - y) * (x - y);
            (lengthA, lengthB) = (lengthA + (x * x), lengthB + (y * y));
        }
        return lengthA > 0.25 && lengthB > 0.25 ? 2 * Math.Asin(Math.Min(1, Math.Sqrt(chord) / 2)) * (180 / Math.PI) : double.NaN;
    }

    private ClassesDifference? ClassesDocument()
    {
        long pixels = confusion.Sum();
        if (!hasClasses || pixels == 0)
        {
            return null;
        }
        List<ClassDifference> classes = [];
        for (int a = 0; a < firstNames.Length; a++)
        {
            long mine = Row(a).Sum(), theirs = Enumerable.Range(0, confusion.Length).Where(i => secondNames[i % secondNames.Length] == firstNames[a]).Sum(i => confusion[i]);
            if (mine + theirs == 0)
            {
                continue;
            }
            Dictionary<string, double> becomes = Row(a).Select((count, b) => (Name: secondNames[b], Count: count)).Where(c => c.Count > 0 && c.Name != firstNames[a])
                .OrderByDescending(c => c.Count).ThenBy(c => c.Name, StringComparer.Ordinal).ToDictionary(c => c.Name, c => Round((double)c.Count / mine, 6));
            classes.Add(new ClassDifference(firstNames[a], Round((double)mine / pixels, 6), Round((double)theirs / pixels, 6), mine == 0 ? null : Round(becomes.Count == 0 ? 0 : Changed(a) / (double)mine, 6), becomes));
        }
        return new ClassesDifference(
            pixels, Round(Enumerable.Range(0, firstNames.Length).Sum(a => Changed(a)) / (double)pixels, 6), classes,
            new ConfusionMatrix(firstNames, secondNames, [.. Enumerable.Range(0, firstNames.Length).Select(a => (IReadOnlyList<long>)[.. Row(a)])]));

        ArraySegment<long> Row(int a) => new(confusion, a * secondNames.Length, secondNames.Length);

        long Changed(int a) => Row(a).Where((_, b) => secondNames[b] != firstNames[a]).Sum();
    }

    private DepthDifference? DepthDocument()
    {
        long pixels = bins.Sum(b => b.Pixels);
        return pixels == 0 ? null : new DepthDifference(
            pixels, onlyOneDepth, Round(bins.Sum(b => b.Absolute) / pixels, 6), Round(bins.Sum(b => b.Relative) / pixels, 6), Round(bins.Sum(b => b.Signed) / pixels, 6),
            [.. bins.Select((bin, metre) => (bin, metre)).Where(b => b.bin.Pixels > 0).Select(b => new DepthDifferenceBin(
                b.metre, b.metre == DepthBins ? null : b.metre + 1, b.bin.Pixels, Round(b.bin.Absolute / b.bin.Pixels, 6), Round(b.bin.Relative / b.bin.Pixels, 6), Round(b.bin.Signed / b.bin.Pixels, 6)))]);
    }

    private double MedianAngle()
    {
        long below = 0;
        int step = 0;
        while (step < angles.Length - 1 && (below += angles[step]) * 2 < anglePixels)
        {
            step++;
        }
        return step / (double)AngleSteps;
    }

    private static double Round(double value, int digits) => Math.Round(value, digits);

    private static double? Finite(double value, int digits) => double.IsFinite(value) ? Math.Round(value, digits) : null;

    private sealed class DepthBin
    {
        public long Pixels { get; private set; }

        public double Absolute { get; private set; }

        public double Relative { get; private set; }

        public double Signed { get; private set; }

        public void Add(double difference, double relative)
        {
            Pixels++;
            Absolute += Math.Abs(difference);
            Relative += relative;
            Signed += difference;
        }
    }
}
