namespace RoboPerception.Training.Tasks;

/// <summary>
/// Edges at 99 thresholds of the probability, 0.01 to 0.99: the best F over the data set of the thinned prediction. A pixel counts as found if
/// there is any partner within the tolerance; the published odsF pairs pixels one to one, so this figure is an upper bound of it, hence its name
/// <c>ods_f_approx</c> (architectures.md section 5.4).
/// </summary>
internal sealed class EdgeMeter : ITaskMeter
{
    /// <summary>Largest distance of partners as a share of the image's diagonal, as published for NYU Depth v2.</summary>
    public const double NyuTolerance = 0.011;

    /// <summary>As published for PASCAL.</summary>
    public const double PascalTolerance = 0.0075;

    private const int Thresholds = 99;

    private readonly double tolerance;

    // Place k counts pixels whose probability passes exactly the first k thresholds.
    private readonly long[] predicted = new long[Thresholds + 1], confirmed = new long[Thresholds + 1], found = new long[Thresholds + 1];
    private long truePixels;

    /// <summary>A meter with a tolerance as a share of the diagonal.</summary>
    public EdgeMeter(double tolerance = NyuTolerance)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(tolerance);
        this.tolerance = tolerance;
    }

    /// <inheritdoc/>
    public void Add(ReadOnlySpan<float> prediction, Target target, BatchShape shape)
    {
        for (var n = 0; n < shape.Count; n++)
        {
            var logits = prediction.Slice(n * shape.Pixels, shape.Pixels);
            var probabilities = new float[shape.Pixels];
            for (var i = 0; i < probabilities.Length; i++)
            {
                probabilities[i] = 1 / (1 + MathF.Exp(-logits[i]));
            }

            AddImage(probabilities, target.Values.Slice(n * shape.Pixels, shape.Pixels), shape.Height, shape.Width);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<MetricValue> Values()
    {
        long all = 0, right = 0, hit = 0;
        var best = truePixels == 0 ? double.NaN : 0;
        for (var k = Thresholds; k >= 1; k--)
        {
            all += predicted[k];
            right += confirmed[k];
            hit += found[k];
            double precision = (double)right / Math.Max(all, 1), recall = (double)hit / Math.Max(truePixels, 1);
            best = Math.Max(best, 2 * precision * recall / Math.Max(precision + recall, 1e-12));
        }

        return [new("edges.ods_f_approx", best, true)];
    }

    private void AddImage(float[] probabilities, ReadOnlySpan<float> groundTruth, int height, int width)
    {
        var thin = EdgeThinning.KeepRidges(probabilities, height, width);
        var offsets = Disc(tolerance * Math.Sqrt(((double)height * height) + ((double)width * width)));
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var i = (y * width) + x;
                if (thin[i] > 0)
                {
                    var level = Level(thin[i]);
                    predicted[level]++;
                    confirmed[level] += HasEdge(groundTruth, offsets, y, x, height, width) ? 1 : 0;
                }

                if (groundTruth[i] >= 0.5f)
                {
                    // The strongest prediction nearby says up to which threshold this pixel is found.
                    truePixels++;
                    found[Level(Strongest(thin, offsets, y, x, height, width))]++;
                }
            }
        }
    }

    private static int Level(float probability) => Math.Clamp((int)Math.Ceiling(probability * 100.0) - 1, 0, Thresholds);

    private static bool HasEdge(ReadOnlySpan<float> groundTruth, (int Y, int X)[] offsets, int y, int x, int height, int width)
    {
        foreach (var (dy, dx) in offsets)
        {
            if (y + dy >= 0 && y + dy < height && x + dx >= 0 && x + dx < width && groundTruth[((y + dy) * width) + x + dx] >= 0.5f)
            {
                return true;
            }
        }

        return false;
    }

    private static float Strongest(float[] map, (int Y, int X)[] offsets, int y, int x, int height, int width)
    {
        var strongest = 0f;
        foreach (var (dy, dx) in offsets)
        {
            if (y + dy >= 0 && y + dy < height && x + dx >= 0 && x + dx < width)
            {
                strongest = Math.Max(strongest, map[((y + dy) * width) + x + dx]);
            }
        }

        return strongest;
    }

    // Nearest first, so that a search mostly ends at once.
    private static (int Y, int X)[] Disc(double radius)
    {
        var reach = (int)radius;
        return
        [
            .. from y in Enumerable.Range(-reach, (2 * reach) + 1)
               from x in Enumerable.Range(-reach, (2 * reach) + 1)
               where (y * y) + (x * x) <= radius * radius
               orderby (y * y) + (x * x)
               select (y, x),
        ];
    }
}
