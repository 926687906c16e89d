using System.Diagnostics;

namespace RoboPerception.Training.Tasks;

/// <summary>Pooled and per-image intersection over union, and pixel accuracy.</summary>
internal sealed class SegmentationMeter : ITaskMeter
{
    private readonly int classes;
    private readonly string name;
    private readonly bool skipsPlainBackground;
    private readonly long[,] confusion;
    private double legacyIouSum;
    private double legacyAccuracySum;
    private int images;

    /// <summary>A meter for class ids 0..<paramref name="classes"/>-1.</summary>
    public SegmentationMeter(int classes)
        : this(classes, "segmentation", skipsPlainBackground: false)
    {
    }

    private SegmentationMeter(int classes, string name, bool skipsPlainBackground)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(classes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(classes, 255);
        this.classes = classes;
        this.name = name;
        this.skipsPlainBackground = skipsPlainBackground;
        confusion = new long[classes, classes];
    }

    /// <summary>A meter for parts of people, which leaves out images without people (architectures.md section 5.4).</summary>
    public static SegmentationMeter OfHumanParts() => new(TaskClasses.HumanParts.Count, "human_parts", skipsPlainBackground: true);

    /// <summary>Rows are ground truth, columns prediction; void pixels are left out.</summary>
    public long[,] Confusion => (long[,])confusion.Clone();

    /// <summary>IoU per class over all pixels; NaN for a class that occurs neither in ground truth nor in prediction.</summary>
    public IReadOnlyList<double> ClassIou() => IouOf(confusion);

    /// <inheritdoc/>
    public void Add(ReadOnlySpan<float> prediction, Target target, BatchShape shape)
    {
        Debug.Assert(shape.Channels == classes);
        var best = new byte[shape.Pixels];
        for (var n = 0; n < shape.Count; n++)
        {
            BestClass(prediction.Slice(n * classes * shape.Pixels, classes * shape.Pixels), best);
            AddImage(best, target.Labels.Slice(n * shape.Pixels, shape.Pixels));
        }
    }

    /// <summary>Adds one image whose classes are already chosen; both (H,W).</summary>
    public void AddImage(ReadOnlySpan<byte> predicted, ReadOnlySpan<long> labels)
    {
        if (skipsPlainBackground && !HasParts(labels))
        {
            return;
        }

        var own = new long[classes, classes];
        for (var i = 0; i < labels.Length; i++)
        {
            if (labels[i] >= 0 && labels[i] < classes)
            {
                own[labels[i], predicted[i]]++;
            }
        }

        AddCounts(own);
    }

    /// <inheritdoc/>
    public IReadOnlyList<MetricValue> Values()
    {
        var present = ClassIou().Where(iou => !double.IsNaN(iou)).ToArray();
        return
        [
            new(name + ".miou_pooled", present.Length == 0 ? double.NaN : present.Average(), true),
            new(name + ".pixel_accuracy_pooled", Accuracy(confusion), true),
            new(name + ".miou_legacy", legacyIouSum / images, true),
            new(name + ".pixel_accuracy_legacy", legacyAccuracySum / images, true),
            new(name + ".miou_absent_as_zero", present.Sum() / classes, true),
        ];
    }

    // Anything but background (0) and void.
    private bool HasParts(ReadOnlySpan<long> labels)
    {
        foreach (var label in labels)
        {
            if (label > 0 && label < classes)
            {
                return true;
            }
        }

        return false;
    }

    // The first of equal scores wins, as in libtorch and ONNX.
    private void BestClass(ReadOnlySpan<float> scores, Span<byte> best)
    {
        for (var i = 0; i < best.Length; i++)
        {
            var winner = 0;
            for (var c = 1; c < classes; c++)
            {
                if (scores[(c * best.Length) + i] > scores[(winner * best.Length) + i])
                {
                    winner = c;
                }
            }

            best[i] = (byte)winner;
        }
    }

    private void AddCounts(long[,] own)
    {
        for (var t = 0; t < classes; t++)
        {
            for (var p = 0; p < classes; p++)
            {
                confusion[t, p] += own[t, p];
            }
        }

        var present = IouOf(own).Where(iou => !double.IsNaN(iou)).ToArray();
        if (present.Length == 0)
        {
            // An image without a single labelled pixel says nothing; counting it as 0 would punish the network for the data.
            return;
        }

        legacyIouSum += present.Average();
        legacyAccuracySum += Accuracy(own);
        images++;
    }

    private double[] IouOf(long[,] matrix)
    {
        var iou = new double[classes];
        for (var c = 0; c < classes; c++)
        {
            long row = 0, column = 0;
            for (var other = 0; other < classes; other++)
            {
                row += matrix[c, other];
                column += matrix[other, c];
            }

            var union = row + column - matrix[c, c];
            iou[c] = union == 0 ? double.NaN : (double)matrix[c, c] / union;
        }

        return iou;
    }

    private double Accuracy(long[,] matrix)
    {
        long hit = 0, all = 0;
        for (var t = 0; t < classes; t++)
        {
            hit += matrix[t, t];
            for (var p = 0; p < classes; p++)
            {
                all += matrix[t, p];
            }
        }

        return (double)hit / all;
    }
}
