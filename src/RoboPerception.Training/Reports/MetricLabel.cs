using System.Globalization;

namespace RoboPerception.Training.Reports;

/// <summary>How a figure is written for people.</summary>
/// <param name="Task">Key of the task.</param>
/// <param name="Label">What it is called.</param>
/// <param name="Unit">Written behind it.</param>
/// <param name="Scale">Factor to that unit.</param>
/// <param name="Digits">Decimals.</param>
/// <param name="HigherIsBetter">Direction of improvement.</param>
/// <param name="IsMain">Whether it stands for its task at the head of a report.</param>
internal sealed record MetricLabel(string Task, string Label, string Unit, double Scale, int Digits, bool HigherIsBetter, bool IsMain = false)
{
    /// <summary>The figures of reports by their names in logs, the main one of a task first.</summary>
    public static IReadOnlyDictionary<string, MetricLabel> ByName { get; } = new Dictionary<string, MetricLabel>
    {
        ["segmentation.miou_pooled"] = new("seg", "mIoU", "%", 100, 1, true, IsMain: true),
        ["segmentation.pixel_accuracy_pooled"] = new("seg", "pixel accuracy", "%", 100, 1, true),
        ["depth.relative_error_pooled"] = new("depth", "relative depth error", "%", 100, 1, false, IsMain: true),
        ["depth.absolute_error_pooled"] = new("depth", "absolute depth error", "m", 1, 3, false),
        ["depth.rmse_pooled"] = new("depth", "depth RMSE", "m", 1, 3, false),
        ["depth.within_factor_1_25"] = new("depth", "depth within 1.25", "%", 100, 1, true),
        ["normals.mean_angle_pooled"] = new("normal", "mean angle of normals", "°", 1, 1, false, IsMain: true),
        ["normals.median_angle_pooled"] = new("normal", "median angle of normals", "°", 1, 1, false),
        ["normals.below_11_25_pooled"] = new("normal", "normals within 11.25°", "%", 100, 1, true),
        ["edges.ods_f_approx"] = new("edge", "edges, F measure", "%", 100, 1, true, IsMain: true),
        ["saliency.miou"] = new("sal", "saliency IoU", "%", 100, 1, true, IsMain: true),
        ["human_parts.miou_pooled"] = new("human_parts", "mIoU of parts", "%", 100, 1, true, IsMain: true),
    };

    /// <summary>The main figure of a task.</summary>
    public static string? MainOf(string task) => ByName.FirstOrDefault(label => label.Value.IsMain && label.Value.Task == task).Key;

    /// <summary>A value with its unit.</summary>
    public string Format(double value) => double.IsFinite(value) ? (value * Scale).ToString("F" + Digits, CultureInfo.InvariantCulture) + (Unit == "°" ? "" : " ") + Unit : "–";
}
