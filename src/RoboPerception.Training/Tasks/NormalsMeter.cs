namespace RoboPerception.Training.Tasks;

/// <summary>Angle between predicted and true normal in degrees: mean, median, RMSE and the shares below 11.25, 22.5 and 30.</summary>
internal sealed class NormalsMeter : ITaskMeter
{
    private static readonly double[] Thresholds = [11.25, 22.5, 30];

    // One bin per thousandth of a degree: the median of a whole data set without keeping every angle.
    private const int BinsPerDegree = 1000;
    private readonly long[] histogram = new long[(180 * BinsPerDegree) + 1];
    private readonly long[] below = new long[Thresholds.Length];
    private readonly double[] legacy = new double[2 + Thresholds.Length];
    private double sum, squared;
    private long valid;
    private int batches;

    /// <summary>Valid pixels seen.</summary>
    public long Valid => valid;

    /// <inheritdoc/>
    public void Add(ReadOnlySpan<float> prediction, Target target, BatchShape shape)
    {
        var angles = new List<double>(shape.Count * shape.Pixels);
        for (var n = 0; n < shape.Count; n++)
        {
            var start = n * 3 * shape.Pixels;
            for (var i = 0; i < shape.Pixels; i++)
            {
                int x = start + i, y = x + shape.Pixels, z = y + shape.Pixels;
                double tx = target.Values[x], ty = target.Values[y], tz = target.Values[z];
                if (tx == 0 && ty == 0 && tz == 0)
                {
                    continue;
                }

                var cosine = (prediction[x] * tx) + (prediction[y] * ty) + (prediction[z] * tz);
                angles.Add(double.RadiansToDegrees(Math.Acos(Math.Clamp(cosine, -1, 1))));
            }
        }

        if (angles.Count > 0)
        {
            AddBatch(angles);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<MetricValue> Values() =>
    [
        new("normals.mean_angle_pooled", sum / valid, false),
        new("normals.median_angle_pooled", PooledMedian(), false),
        new("normals.rmse_angle_pooled", Math.Sqrt(squared / valid), false),
        new("normals.below_11_25_pooled", (double)below[0] / valid, true),
        new("normals.below_22_5_pooled", (double)below[1] / valid, true),
        new("normals.below_30_pooled", (double)below[2] / valid, true),
        new("normals.mean_angle_legacy", legacy[0] / batches, false),
        new("normals.median_angle_legacy", legacy[1] / batches, false),
        new("normals.below_11_25_legacy", legacy[2] / batches, true),
        new("normals.below_22_5_legacy", legacy[3] / batches, true),
        new("normals.below_30_legacy", legacy[4] / batches, true),
    ];

    /// <summary>Share of the pixels by their angle, one entry for every whole degree from 0 to 180; empty without pixels.</summary>
    public IReadOnlyList<double> ByDegree()
    {
        if (valid == 0)
        {
            return [];
        }

        var shares = new double[181];
        for (var bin = 0; bin < histogram.Length; bin++)
        {
            shares[bin / BinsPerDegree] += (double)histogram[bin] / valid;
        }

        return shares;
    }

    private void AddBatch(List<double> angles)
    {
        angles.Sort();
        var batchSum = 0.0;
        foreach (var angle in angles)
        {
            batchSum += angle;
            squared += angle * angle;
            histogram[(int)Math.Round(angle * BinsPerDegree)]++;
        }

        legacy[0] += batchSum / angles.Count;
        legacy[1] += (angles[(angles.Count - 1) / 2] + angles[angles.Count / 2]) / 2;
        for (var t = 0; t < Thresholds.Length; t++)
        {
            var count = angles.TakeWhile(angle => angle < Thresholds[t]).Count();
            below[t] += count;
            legacy[2 + t] += (double)count / angles.Count;
        }

        sum += batchSum;
        valid += angles.Count;
        batches++;
    }

    private double PooledMedian()
    {
        if (valid == 0)
        {
            return double.NaN;
        }

        // Of an even count, half way between the two in the middle.
        return (AngleOf((valid - 1) / 2) + AngleOf(valid / 2)) / 2;
    }

    private double AngleOf(long rank)
    {
        long seen = 0;
        var bin = 0;
        while ((seen += histogram[bin]) <= rank)
        {
            bin++;
        }

        return (double)bin / BinsPerDegree;
    }
}
