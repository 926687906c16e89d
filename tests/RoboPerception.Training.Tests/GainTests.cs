using RoboPerception.Training.Tasks;

namespace RoboPerception.Training.Tests;

/// <summary>The published tables, recomputed from their own rows.</summary>
public sealed class GainTests
{
    // mIoU, pixel accuracy, absolute and relative depth error, mean and median angle, shares below 11.25, 22.5 and 30 degrees.
    private static readonly double[] NyuSingle = [15.10, 51.54, 0.7508, 0.3266, 31.76, 25.51, 22.12, 45.33, 57.13];
    private static readonly bool[] NyuHigher = [true, true, false, false, false, false, true, true, true];
    private static readonly double[] CitySingle = [51.09, 90.69, 0.0158, 34.17];

    [Theory]
    [InlineData("STAN, one task", 1.74, 3.63, 15.73, 52.89, 0.6935, 0.2891, 32.09, 26.32, 21.49, 44.38, 56.51)]
    [InlineData("Split wide, equal", -2.7, 1.6, 15.89, 51.19, 0.6494, 0.2804, 33.69, 28.91, 18.54, 39.91, 52.02)]
    [InlineData("Split wide, uncert.", 3.33, 6.51, 15.86, 51.12, 0.604, 0.257, 32.33, 26.62, 21.68, 43.59, 55.36)]
    [InlineData("Split wide, DWA", 3.59, 7.83, 16.92, 53.72, 0.6125, 0.2546, 32.34, 27.1, 20.69, 42.73, 54.74)]
    [InlineData("Split deep, equal", -25.68, -19.35, 13.03, 41.47, 0.7836, 0.3326, 38.28, 36.55, 9.5, 27.11, 39.63)]
    [InlineData("Split deep, uncert.", -15.08, -11.44, 14.53, 43.69, 0.7705, 0.334, 35.14, 32.13, 14.69, 34.52, 46.94)]
    [InlineData("Split deep, DWA", -18.78, -13.6, 13.63, 44.41, 0.7581, 0.3227, 36.41, 34.12, 12.82, 31.12, 43.48)]
    [InlineData("Dense, equal", -0.61, 3.07, 16.06, 52.73, 0.6488, 0.2871, 33.58, 28.01, 20.07, 41.5, 53.35)]
    [InlineData("Dense, uncert.", 4.65, 7.44, 16.48, 54.4, 0.6282, 0.2761, 31.68, 25.68, 21.73, 44.58, 56.65)]
    [InlineData("Dense, DWA", 2.77, 6.89, 16.15, 54.35, 0.6059, 0.2593, 32.44, 27.4, 20.53, 42.76, 54.27)]
    [InlineData("Cross-stitch, equal", -2.87, 0.34, 14.71, 50.23, 0.6481, 0.2871, 33.56, 28.58, 20.08, 40.54, 51.97)]
    [InlineData("Cross-stitch, uncert.", 1.94, 5.13, 15.69, 52.6, 0.6277, 0.2702, 32.69, 27.26, 21.63, 42.84, 54.45)]
    [InlineData("Cross-stitch, DWA", 3.74, 7.35, 16.11, 53.19, 0.5922, 0.2611, 32.34, 26.91, 21.81, 43.14, 54.92)]
    [InlineData("MTAN, equal", 8.3, 11.69, 17.72, 55.32, 0.5906, 0.2577, 31.44, 25.37, 23.17, 45.65, 57.48)]
    [InlineData("MTAN, uncert.", 8.22, 11.59, 17.67, 55.61, 0.5927, 0.2592, 31.25, 25.57, 22.99, 45.83, 57.67)]
    [InlineData("MTAN, DWA", 7.08, 10.47, 17.15, 54.97, 0.5956, 0.2569, 31.6, 25.46, 22.48, 44.86, 57.24)]
    public void The_gain_of_every_row_of_the_NYU_table_is_the_published_one(string row, double overMetrics, double overTasks, params double[] values)
    {
        var pairs = values.Select((value, i) => new MetricPair(NyuSingle[i], value, NyuHigher[i])).ToArray();
        Assert.True(Math.Abs((100 * MultiTaskGain.OverMetrics(pairs)) - overMetrics) < 0.0051, row);
        Assert.True(Math.Abs((100 * MultiTaskGain.OverTasks([pairs[..2], pairs[2..4], pairs[4..]])) - overTasks) < 0.0051, row);
    }

    [Theory]
    [InlineData(7.41, 51.9, 90.87, 0.0145, 27.46)]
    [InlineData(-9.62, 50.17, 90.63, 0.0167, 44.73)]
    [InlineData(-7.13, 51.21, 90.72, 0.0158, 44.01)]
    [InlineData(-8.5, 50.39, 90.45, 0.0164, 43.93)]
    [InlineData(-11.73, 49.85, 88.69, 0.018, 43.86)]
    [InlineData(-7.82, 48.12, 88.68, 0.0169, 39.73)]
    [InlineData(-14.13, 49.67, 88.81, 0.0182, 46.63)]
    [InlineData(8.71, 51.91, 90.89, 0.0138, 27.21)]
    [InlineData(10.78, 51.89, 91.22, 0.0134, 25.36)]
    [InlineData(9.2, 51.78, 90.88, 0.0137, 26.67)]
    [InlineData(-0.19, 50.08, 90.33, 0.0154, 34.49)]
    [InlineData(2.55, 50.31, 90.43, 0.0152, 31.36)]
    [InlineData(0.97, 50.33, 90.55, 0.0153, 33.37)]
    [InlineData(3.68, 53.04, 91.11, 0.0144, 33.63)]
    [InlineData(2.55, 53.86, 91.1, 0.0144, 35.72)]
    [InlineData(3.42, 53.29, 91.09, 0.0144, 34.14)]
    public void The_gain_of_every_row_of_the_CityScapes_table_is_the_published_one(double expected, params double[] values) =>
        Assert.Equal(expected, 100 * MultiTaskGain.OverMetrics(values.Select((value, i) => new MetricPair(CitySingle[i], value, i < 2))), 0.0051);

    [Theory]
    [InlineData("Scratch", 1625, 59.87, 57.1, 75.73, 91.2, 37.77, 96.55, 56.3, 88.74, 96.63, 43.27)]
    [InlineData("Finetune", 2500, 59.87, 60.34, 82.12, 92.82, 55.53, 97.53, 81.41, 87.69, 96.55, 51.2)]
    [InlineData("Feature", 544, 59.67, 23.31, 63.11, 80.33, 45.37, 68.16, 73.69, 58.79, 43.54, 26.8)]
    [InlineData("Res. Adapt.", 2118, 59.67, 56.68, 81.2, 93.88, 50.85, 97.05, 66.24, 89.62, 96.13, 47.45)]
    [InlineData("DAN", 2851, 57.74, 64.12, 80.07, 91.3, 56.54, 98.46, 86.05, 89.67, 96.77, 49.38)]
    [InlineData("Piggyback", 2838, 57.69, 65.29, 79.87, 96.99, 57.45, 97.27, 79.09, 87.63, 97.24, 47.48)]
    [InlineData("Parallel SVD", 3398, 60.32, 66.04, 81.86, 94.23, 57.82, 99.24, 85.74, 89.25, 96.62, 52.5)]
    [InlineData("MTAN", 2941, 63.9, 61.81, 81.59, 91.63, 56.44, 98.8, 81.04, 89.83, 96.88, 50.63)]
    public void The_decathlon_score_of_every_row_is_the_published_one_within_rounding(string row, double expected, params double[] accuracies) =>
        Assert.True(Math.Abs(DecathlonScore.Of(accuracies) - expected) <= 3, $"{row}: {DecathlonScore.Of(accuracies)}");

    [Fact]
    public void No_error_earns_a_thousand_points_and_twice_the_baseline_none()
    {
        Assert.Equal(1000, DecathlonScore.Points("svhn", 0), 1e-9);
        Assert.Equal(250, DecathlonScore.Points("svhn", 3.45), 1e-9);
        Assert.Equal(0, DecathlonScore.Points("svhn", 50));
    }
}
