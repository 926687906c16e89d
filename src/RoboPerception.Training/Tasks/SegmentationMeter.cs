using System.Diagnostics;

namespace RoboPerception.Training.Tasks;

/// <summary>Pooled and per-image intersection over union, and pixel accuracy.</summary>
public sealed class SegmentationMeter : ITaskMeter
{
    private readonly int classes;
    private readonly long[,] confusion;
    private double legacyIouSum;
    private double legacyAccuracySum;
    private int images;

    /// <summary>A meter for class ids 0..<paramref name="classes"/>-1.</summary>
    public SegmentationMeter(int classes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(classes);
        this.classes = classes;
        confusion = new long[classes, classes];
    }

    /// <summary>Rows are truth, columns prediction; void pixels are left out.</summary>
    public long[,] Confusion => (long[,])confusion.Clone();

    /// <summary>IoU per class over all pixels; NaN for a class that occurs neither in truth nor in prediction.</summary>
    public IReadOnlyList<double> ClassIou() => IouOf(confusion);

    /// <inheritdoc/>
    public void Add(ReadOnlySpan<float> prediction, Target target, BatchShape shape)
    {
        Debug.Assert(shape.Channels == classes);
        for (var n = 0; n < shape.Count; n++)
        {
            var scores = prediction.Slice(n * classes * shape.Pixels, classes * shape.Pixels);
            var own = new long[classes, classes];
            Count(own, scores, target.Labels.Slice(n * shape.Pixels, shape.Pixels), shape.Pixels);
            AddImage(own);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<MetricValue> Values()
    {
        var present = ClassIou().Where(iou => !double.IsNaN(iou)).ToArray();
        return
        [
            new("segmentation.miou_pooled", present.Length == 0 ? double.NaN : present.Average(), true),
            new("segmentation.pixel_accuracy_pooled", Accuracy(confusion), true),
            new("segmentation.miou_legacy", legacyIouSum / images, true),
            new("segmentation.pixel_accuracy_legacy", legacyAccuracySum / images, true),
        ];
    }

    private void Count(long[,] into, ReadOnlySpan<float> scores, ReadOnlySpan<long> labels, int pixels)
    {
        for (var i = 0; i < pixels; i++)
        {
            var label = labels[i];
            if (label < 0 || label >= classes)
            {
                continue;
            }

            var best = 0;
            for (var c = 1; c < classes; c++)
            {
                if (scores[(c * pixels) + i] > scores[(best * pixels) + i])
                {
                    best = c;
                }
            }

            into[label, best]++;
        }
    }

    private void AddImage(long[,] own)
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
