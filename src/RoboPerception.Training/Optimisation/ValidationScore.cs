using RoboPerception.Core;
using RoboPerception.Training.Tasks;

namespace RoboPerception.Training.Optimisation;

/// <summary>What the best checkpoint is chosen by.</summary>
internal static class ValidationScore
{
    /// <summary>The one figure a task that MTI-Net compares.</summary>
    public static IReadOnlyList<string> MainMetrics { get; } = ["segmentation.miou_pooled", "depth.rmse_pooled", "normals.mean_angle_pooled"];

    /// <summary>
    /// Mean relative improvement over single-task figures (delta-m), as a fraction: inside each task first, then over tasks.
    /// </summary>
    /// <param name="values">Measured figures.</param>
    /// <param name="baseline">Single-task figures by name; only these count.</param>
    /// <exception cref="UserErrorException">A figure of the baseline was not measured, or is 0.</exception>
    public static double Gain(IReadOnlyList<MetricValue> values, IReadOnlyDictionary<string, double> baseline)
    {
        var byName = values.ToDictionary(value => value.Name);
        return baseline
            .Select(single => (Task: single.Key.Split('.')[0], Gain: Change(single.Key, single.Value)))
            .GroupBy(figure => figure.Task, figure => figure.Gain)
            .Average(task => task.Average());

        double Change(string name, double single) =>
            !byName.TryGetValue(name, out var multi) ? throw new UserErrorException(ExitCode.Usage, $"The baseline names '{name}', which is not measured; choose from {string.Join(", ", byName.Keys)}.")
            : single == 0 ? throw new UserErrorException(ExitCode.Usage, $"The baseline's '{name}' is 0: no relative change can be taken from it.")
            : (multi.HigherIsBetter ? 1 : -1) * (multi.Value - single) / single;
    }
}
