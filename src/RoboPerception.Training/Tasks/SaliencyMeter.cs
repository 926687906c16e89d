namespace RoboPerception.Training.Tasks;

/// <summary>
/// Salient objects at 15 thresholds of the probability, 0.20 to 0.90: largest mean Jaccard index over images, and largest F of the mean
/// precision and recall (architectures.md section 5.4).
/// </summary>
internal sealed class SaliencyMeter : ITaskMeter
{
    private const double Epsilon = 1e-12;

    // Whole hundredths divided once: 0.2, 0.4, ... are then the doubles that the quantised values 51/255, 102/255, ... compare equal to.
    private static readonly double[] Thresholds = [.. Enumerable.Range(0, 15).Select(i => (20 + (5 * i)) / 100.0)];

    private readonly double[] jaccard = new double[Thresholds.Length];
    private readonly double[] precision = new double[Thresholds.Length];
    private readonly double[] recall = new double[Thresholds.Length];
    private int images;

    /// <summary>Mean Jaccard index over images for each threshold.</summary>
    public IReadOnlyList<double> MeanJaccard => [.. jaccard.Select(sum => sum / images)];

    /// <inheritdoc/>
    public void Add(ReadOnlySpan<float> prediction, Target target, BatchShape shape)
    {
        var probabilities = new double[shape.Pixels];
        for (var n = 0; n < shape.Count; n++)
        {
            var logits = prediction.Slice(n * shape.Pixels, shape.Pixels);
            for (var i = 0; i < probabilities.Length; i++)
            {
                probabilities[i] = 1 / (1 + Math.Exp(-(double)logits[i]));
            }

            AddImage(probabilities, target.Values.Slice(n * shape.Pixels, shape.Pixels));
        }
    }

    /// <summary>Adds one image, probabilities 0..1 and ground truth (at least 0.5 is salient), both (H,W).</summary>
    public void AddImage(ReadOnlySpan<double> probabilities, ReadOnlySpan<float> groundTruth)
    {
        // How many thresholds a pixel passes decides all of them: one pass over the image.
        Span<long> hits = stackalloc long[Thresholds.Length + 1], alarms = stackalloc long[Thresholds.Length + 1];
        hits.Clear();
        alarms.Clear();
        long positives = 0;
        for (var i = 0; i < probabilities.Length; i++)
        {
            var passed = Passed(probabilities[i]);
            var salient = groundTruth[i] >= 0.5f;
            positives += salient ? 1 : 0;
            (salient ? hits : alarms)[passed]++;
        }

        long hit = 0, alarm = 0;
        for (var t = Thresholds.Length - 1; t >= 0; t--)
        {
            hit += hits[t + 1];
            alarm += alarms[t + 1];
            var union = positives + alarm;
            jaccard[t] += union == 0 ? 1 : (double)hit / union;
            precision[t] += hit / (hit + alarm + Epsilon);
            recall[t] += hit / (positives + Epsilon);
        }

        images++;
    }

    /// <inheritdoc/>
    public IReadOnlyList<MetricValue> Values() =>
    [
        new("saliency.miou", images == 0 ? double.NaN : MeanJaccard.Max(), true),
        new("saliency.max_f", images == 0 ? double.NaN : Enumerable.Range(0, Thresholds.Length).Max(F), true),
    ];

    private static int Passed(double probability)
    {
        var count = 0;
        while (count < Thresholds.Length && probability > Thresholds[count])
        {
            count++;
        }

        return count;
    }

    private double F(int threshold)
    {
        double p = precision[threshold] / images, r = recall[threshold] / images;
        return 2 * p * r / (p + r + Epsilon);
    }
}
