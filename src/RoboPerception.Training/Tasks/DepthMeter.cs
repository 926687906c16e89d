namespace RoboPerception.Training.Tasks;

/// <summary>Depth errors over pixels with a true depth: absolute, relative, RMSE, RMSE of logarithms and the shares within powers of 1.25.</summary>
internal sealed class DepthMeter : ITaskMeter
{
    // Heads without an activation may predict less than nothing; as in MTI-Net, squares and logarithms see no less than this.
    private const double Nearest = 1e-9;
    private static readonly double[] Factors = [1.25, 1.25 * 1.25, 1.25 * 1.25 * 1.25];

    // Four bins an octave from a thousandth of a unit: metres and inverse depth alike.
    private const int DistanceBins = 80, BinsPerOctave = 4;
    private const double NearestBin = 0.001;

    private readonly long[] within = new long[Factors.Length];
    private double absolute, relative, squared, squaredRelative, squaredLog;
    private long valid;
    private readonly double[,] byDistance = new double[DistanceBins, 3];
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
            double groundTruth = target.Values[i];
            if (groundTruth == 0)
            {
                continue;
            }

            double predicted = prediction[i];
            var error = Math.Abs(predicted - groundTruth);
            batchAbsolute += error;
            batchRelative += error / groundTruth;
            batchValid++;
            var bin = Math.Clamp((int)(BinsPerOctave * Math.Log2(groundTruth / NearestBin)), 0, DistanceBins - 1);
            byDistance[bin, 0]++;
            byDistance[bin, 1] += error;
            byDistance[bin, 2] += error / groundTruth;
            AddPositive(Math.Max(predicted, Nearest), groundTruth);
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
        new("depth.log_rmse_pooled", Math.Sqrt(squaredLog / valid), false),
        new("depth.squared_relative_error_pooled", squaredRelative / valid, false),
        new("depth.within_factor_1_25", (double)within[0] / valid, true),
        new("depth.within_factor_1_25_squared", (double)within[1] / valid, true),
        new("depth.within_factor_1_25_cubed", (double)within[2] / valid, true),
        new("depth.absolute_error_legacy", legacyAbsolute / batches, false),
        new("depth.relative_error_legacy", legacyRelative / batches, false),
    ];

    /// <summary>Mean errors of the pixels at about one true distance, nearest first; distances of less than a thousandth of the pixels are left out.</summary>
    public IReadOnlyList<DistanceFigure> ByDistance() =>
    [
        .. Enumerable.Range(0, DistanceBins)
            .Where(bin => byDistance[bin, 0] > valid / 1000.0)
            .Select(bin => new DistanceFigure(
                NearestBin * Math.Pow(2, (bin + 0.5) / BinsPerOctave), byDistance[bin, 0] / valid, byDistance[bin, 1] / byDistance[bin, 0], byDistance[bin, 2] / byDistance[bin, 0])),
    ];

    private void AddPositive(double predicted, double groundTruth)
    {
        var square = (predicted - groundTruth) * (predicted - groundTruth);
        squared += square;
        squaredRelative += square / groundTruth;
        squaredLog += Math.Pow(Math.Log(predicted / groundTruth), 2);
        var factor = Math.Max(predicted / groundTruth, groundTruth / predicted);
        for (var i = 0; i < Factors.Length; i++)
        {
            within[i] += factor < Factors[i] ? 1 : 0;
        }
    }
}
