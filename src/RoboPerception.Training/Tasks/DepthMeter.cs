namespace RoboPerception.Training.Tasks;

/// <summary>Depth errors over pixels with a true depth: absolute, relative, RMSE and the share within a factor of 1.25.</summary>
public sealed class DepthMeter : ITaskMeter
{
    private double absolute, relative, squared;
    private long withinFactor, valid;
    private double legacyAbsolute, legacyRelative;
    private int batches;

    /// <summary>Valid pixels seen.</summary>
    public long Valid => valid;

    /// <inheritdoc/>
    public void Add(ReadOnlySpan<float> prediction, Target target, BatchShape shape)
    {
        double batchAbsolute = 0, batchRelative = 0;
        long batchValid = 0;
        for (var i = 0; i < target.Values.Length; i++)
        {
            double truth = target.Values[i];
            if (truth == 0)
            {
                continue;
            }

            double predicted = prediction[i];
            var error = Math.Abs(predicted - truth);
            batchAbsolute += error;
            batchRelative += error / truth;
            squared += error * error;
            batchValid++;
            if (predicted > 0 && Math.Max(predicted / truth, truth / predicted) < 1.25)
            {
                withinFactor++;
            }
        }

        absolute += batchAbsolute;
        relative += batchRelative;
        valid += batchValid;
        if (batchValid > 0)
        {
            legacyAbsolute += batchAbsolute / batchValid;
            legacyRelative += batchRelative / batchValid;
            batches++;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<MetricValue> Values() =>
    [
        new("depth.absolute_error_pooled", absolute / valid, false),
        new("depth.relative_error_pooled", relative / valid, false),
        new("depth.rmse_pooled", Math.Sqrt(squared / valid), false),
        new("depth.within_factor_1_25", (double)withinFactor / valid, true),
        new("depth.absolute_error_legacy", legacyAbsolute / batches, false),
        new("depth.relative_error_legacy", legacyRelative / batches, false),
    ];
}
