using System.Globalization;
using System.Text;
using RoboPerception.Training.Optimisation;

namespace RoboPerception.Training.Reports;

/// <summary>One row of a <see cref="ResultTable"/>.</summary>
/// <param name="Architecture">Label.</param>
/// <param name="Weighting">Label; empty where there is nothing to weigh.</param>
/// <param name="Parameters">Parameters of all its networks.</param>
/// <param name="Metrics">Figures by name.</param>
internal sealed record ResultRow(string Architecture, string Weighting, long Parameters, IReadOnlyDictionary<string, double> Metrics);

/// <summary>Results in the shape of the MTAN paper's tables, as Markdown: legacy per-image figures, the best of a column in bold.</summary>
internal static class ResultTable
{
    /// <summary>The paper takes the mean of the last ten epochs.</summary>
    public const int PaperEpochs = 10;

    private static readonly (string Head, string Name, bool Higher, double Scale, string Format)[] Columns =
    [
        ("mIoU", "segmentation.miou_legacy", true, 100, "F2"),
        ("Pix Acc", "segmentation.pixel_accuracy_legacy", true, 100, "F2"),
        ("Abs Err", "depth.absolute_error_legacy", false, 1, "F4"),
        ("Rel Err", "depth.relative_error_legacy", false, 1, "F4"),
        ("Mean", "normals.mean_angle_legacy", false, 1, "F2"),
        ("Median", "normals.median_angle_legacy", false, 1, "F2"),
        ("11.25", "normals.below_11_25_legacy", true, 100, "F2"),
        ("22.5", "normals.below_22_5_legacy", true, 100, "F2"),
        ("30", "normals.below_30_legacy", true, 100, "F2"),
    ];

    /// <summary>Mean of every figure over the last epochs that were validated.</summary>
    public static IReadOnlyDictionary<string, double> LastEpochs(IReadOnlyList<EpochLog> log, int epochs = PaperEpochs)
    {
        EpochLog[] last = [.. log.Where(epoch => epoch.Metrics.Count > 0).TakeLast(epochs)];
        return last.SelectMany(epoch => epoch.Metrics).GroupBy(metric => metric.Key, metric => metric.Value).ToDictionary(group => group.Key, group => group.Average());
    }

    /// <summary>The table.</summary>
    /// <param name="rows">Rows; the first is the baseline of the multi-task gain.</param>
    /// <param name="singleParameters">Parameters of one single-task network: the unit of #P.</param>
    /// <param name="epochs">Validated epochs that the figures are means of.</param>
    public static string Markdown(IReadOnlyList<ResultRow> rows, long singleParameters, int epochs = PaperEpochs)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"| #P. | Architecture | Weighting | {string.Join(" | ", Columns.Select(column => $"{column.Head} {(column.Higher ? "↑" : "↓")}"))} | Δm |\n");
        text.Append(CultureInfo.InvariantCulture, $"|---|---|---|{string.Concat(Columns.Select(_ => "---:|"))}---:|\n");
        foreach (var row in rows)
        {
            var cells = Columns.Select(column => Cell(column, row, rows));
            var gain = Gain(row, rows[0]);
            text.Append(CultureInfo.InvariantCulture, $"| {(double)row.Parameters / singleParameters:0.##} | {row.Architecture} | {(row.Weighting.Length == 0 ? "–" : row.Weighting)} | {string.Join(" | ", cells)} | {(double.IsFinite(gain) ? (100 * gain).ToString("+0.00;-0.00;0.00", CultureInfo.InvariantCulture) : "–")} |\n");
        }

        return text.Append(epochs == 1 ? "\nFigures are those of the last epoch" : string.Create(CultureInfo.InvariantCulture, $"\nFigures are means of the last {epochs} validated epochs"))
            .Append("; mIoU and Pix Acc are the legacy per-image ones, in percent as are the shares of normals. #P is relative to one single-task network. Δm in percent: mean inside each task, then over tasks, against the first row.\n").ToString();
    }

    /// <summary>Multi-task gain of a row over the baseline row, as a fraction; NaN if a figure is missing.</summary>
    internal static double Gain(ResultRow row, ResultRow baseline) => Columns
        .Select(column => (Task: column.Name.Split('.')[0], Gain: (column.Higher ? 1 : -1) * (Value(row, column.Name) - Value(baseline, column.Name)) / Value(baseline, column.Name)))
        .GroupBy(figure => figure.Task, figure => figure.Gain)
        .Average(task => task.Average());

    private static double Value(ResultRow row, string name) => row.Metrics.GetValueOrDefault(name, double.NaN);

    private static string Cell((string Head, string Name, bool Higher, double Scale, string Format) column, ResultRow row, IReadOnlyList<ResultRow> rows)
    {
        var value = Value(row, column.Name);
        if (!double.IsFinite(value))
        {
            return "–";
        }

        double[] all = [.. rows.Select(other => Value(other, column.Name)).Where(double.IsFinite)];
        var text = (value * column.Scale).ToString(column.Format, CultureInfo.InvariantCulture);
        return rows.Count > 1 && value == (column.Higher ? all.Max() : all.Min()) ? $"**{text}**" : text;
    }
}
