namespace RoboPerception.Training.Tasks;

/// <summary>A metric of a multi-task network beside that of the single-task network of the same backbone and recipe.</summary>
/// <param name="Single">Value of the single-task network; not 0.</param>
/// <param name="Multi">Value of the multi-task network.</param>
/// <param name="HigherIsBetter">Direction of improvement.</param>
internal readonly record struct MetricPair(double Single, double Multi, bool HigherIsBetter)
{
    /// <summary>Relative improvement as a fraction, negative if worse.</summary>
    public double Gain => (HigherIsBetter ? 1 : -1) * (Multi - Single) / Single;
}

/// <summary>
/// Multi-task performance (delta-m of Maninis et al., CVPR 2019): the mean relative improvement over single-task networks, as a fraction. Variants
/// differ in what is averaged, so a report names which one it prints.
/// </summary>
internal static class MultiTaskGain
{
    /// <summary>Mean over all metrics; with one metric a task that is MTI-Net's.</summary>
    public static double OverMetrics(IEnumerable<MetricPair> metrics) => metrics.Average(metric => metric.Gain);

    /// <summary>Mean inside each task first, then over tasks.</summary>
    public static double OverTasks(IEnumerable<IEnumerable<MetricPair>> tasks) => tasks.Average(OverMetrics);
}
