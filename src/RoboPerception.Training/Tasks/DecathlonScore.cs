namespace RoboPerception.Training.Tasks;

/// <summary>
/// Score of the Visual Decathlon (Rebuffi, Bilen, Vedaldi, NIPS 2017): a data set earns 1000 points for no error, 250 for the error of
/// the fine-tuned baseline and none for twice that.
/// </summary>
internal static class DecathlonScore
{
    private const double PointsPerDataSet = 1000;

    /// <summary>Top-1 error in percent of the fine-tuned baseline, one per data set.</summary>
    public static IReadOnlyList<(string DataSet, double Error)> Baseline { get; } =
    [
        ("imagenet12", 40.13), ("aircraft", 39.66), ("cifar100", 17.88), ("daimlerpedcls", 7.18), ("dtd", 44.47),
        ("gtsrb", 2.47), ("vgg-flowers", 18.59), ("omniglot", 12.31), ("svhn", 3.45), ("ucf101", 48.80),
    ];

    /// <summary>Points of one data set.</summary>
    /// <param name="dataSet">Name as in <see cref="Baseline"/>.</param>
    /// <param name="error">Top-1 error in percent.</param>
    public static double Points(string dataSet, double error)
    {
        var limit = 2 * Baseline.Single(entry => entry.DataSet == dataSet).Error;
        return PointsPerDataSet * Math.Pow(Math.Max(0, limit - error) / limit, 2);
    }

    /// <summary>Sum over the ten data sets; top-1 accuracies in percent in the order of <see cref="Baseline"/>.</summary>
    public static double Of(IReadOnlyList<double> accuracies)
    {
        ArgumentNullException.ThrowIfNull(accuracies);
        ArgumentOutOfRangeException.ThrowIfNotEqual(accuracies.Count, Baseline.Count, nameof(accuracies));
        return Baseline.Zip(accuracies, (entry, accuracy) => Points(entry.DataSet, 100 - accuracy)).Sum();
    }
}
