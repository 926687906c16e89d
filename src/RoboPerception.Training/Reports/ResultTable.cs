using System.Globalization;
using System.Text;
using RoboPerception.Training.Optimisation;

namespace RoboPerception.Training.Reports;

/// <summary>One row of a <see cref="ResultTable"/>.</summary>
/// <param name="Architecture">Label.</param>
/// <param name="Weighting">Label; empty where there is nothing to weigh.</param>
/// <param name="Parameters">Parameters of all its networks.</param>
/// <param name="Seeds">Figures by name, one set for every seed, in the seeds' order.</param>
internal sealed record ResultRow(string Architecture, string Weighting, long Parameters, IReadOnlyList<IReadOnlyDictionary<string, double>> Seeds)
{
    /// <summary>A row of one seed.</summary>
    public ResultRow(string architecture, string weighting, long parameters, IReadOnlyDictionary<string, double> metrics)
        : this(architecture, weighting, parameters, [metrics])
    {
    }

    /// <summary>A figure of every seed; NaN where it is missing, as is all of a seed that has not been trained.</summary>
    public IReadOnlyList<double> Values(string name) => [.. Seeds.Select(seed => seed.GetValueOrDefault(name, double.NaN))];

    /// <summary>Mean of a figure over the seeds that have it; NaN if none has.</summary>
    public double Mean(string name) => ResultTable.Mean(Values(name));
}

/// <summary>A column of a <see cref="ResultTable"/>.</summary>
/// <param name="Head">Name in the paper.</param>
/// <param name="Metric">Name of the figure; what stands before its dot is the task.</param>
/// <param name="Higher">Whether higher is better.</param>
/// <param name="Scale">Factor to what is written.</param>
/// <param name="Digits">Decimals.</param>
internal sealed record ResultColumn(string Head, string Metric, bool Higher, double Scale, int Digits)
{
    /// <summary>Direction of improvement.</summary>
    public string Arrow => Higher ? "↑" : "↓";

    /// <summary>Relative improvement over another value, as a fraction.</summary>
    public double Gain(double value, double over) => (Higher ? 1 : -1) * (value - over) / over;
}

/// <summary>Results in the shape of the papers' tables, as Markdown, the best of a column in bold; of several seeds the mean and the standard deviation.</summary>
internal static class ResultTable
{
    /// <summary>The MTAN paper takes the mean of the last ten epochs.</summary>
    public const int PaperEpochs = 10;

    /// <summary>The nine columns of the MTAN paper's table on NYU Depth v2: legacy per-image figures.</summary>
    public static IReadOnlyList<ResultColumn> MtanNyu { get; } =
    [
        new("mIoU", "segmentation.miou_legacy", true, 100, 2),
        new("Pix Acc", "segmentation.pixel_accuracy_legacy", true, 100, 2),
        new("Abs Err", "depth.absolute_error_legacy", false, 1, 4),
        new("Rel Err", "depth.relative_error_legacy", false, 1, 4),
        new("Mean", "normals.mean_angle_legacy", false, 1, 2),
        new("Median", "normals.median_angle_legacy", false, 1, 2),
        new("11.25", "normals.below_11_25_legacy", true, 100, 2),
        new("22.5", "normals.below_22_5_legacy", true, 100, 2),
        new("30", "normals.below_30_legacy", true, 100, 2),
    ];

    /// <summary>The four columns of its table on CityScapes.</summary>
    public static IReadOnlyList<ResultColumn> MtanCityScapes { get; } = [.. MtanNyu.Take(4)];

    /// <summary>The columns of MTI-Net's tables on NYUD, one a task.</summary>
    public static IReadOnlyList<ResultColumn> MtiNyud { get; } = [new("SemSeg mIoU", "segmentation.miou_pooled", true, 100, 2), new("Depth RMSE", "depth.rmse_pooled", false, 1, 4)];

    /// <summary>The columns of its tables on PASCAL, one a task.</summary>
    public static IReadOnlyList<ResultColumn> MtiPascal { get; } =
    [
        new("SemSeg mIoU", "segmentation.miou_pooled", true, 100, 2),
        new("H. Parts mIoU", "human_parts.miou_pooled", true, 100, 2),
        new("Saliency IoU", "saliency.miou", true, 100, 2),
        new("Edge odsF", "edges.ods_f_approx", true, 100, 2),
        new("Normals mean", "normals.mean_angle_pooled", false, 1, 2),
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
    /// <param name="columns">Columns; those no row has a figure for are left out.</param>
    public static string Markdown(IReadOnlyList<ResultRow> rows, long singleParameters, IReadOnlyList<ResultColumn>? columns = null)
    {
        ArgumentNullException.ThrowIfNull(rows);
        columns = [.. (columns ?? MtanNyu).Where(column => rows.Any(row => double.IsFinite(row.Mean(column.Metric))))];
        var text = new StringBuilder();
        var weighted = rows.Any(row => row.Weighting.Length > 0);
        text.Append(CultureInfo.InvariantCulture, $"| #P. | Architecture |{(weighted ? " Weighting |" : "")} {string.Join(" | ", columns.Select(column => $"{column.Head} {column.Arrow}"))} | Δm |\n");
        text.Append(CultureInfo.InvariantCulture, $"|---|---|{(weighted ? "---|" : "")}{string.Concat(columns.Select(_ => "---:|"))}---:|\n");
        foreach (var row in rows)
        {
            var gains = Gains(row, rows[0], columns);
            var weighting = weighted ? $" {(row.Weighting.Length == 0 ? "–" : row.Weighting)} |" : "";
            text.Append(CultureInfo.InvariantCulture, $"| {(double)row.Parameters / singleParameters:0.##} | {row.Architecture} |{weighting} {string.Join(" | ", columns.Select(column => Cell(column, row, rows)))} | {With([.. gains.Select(gain => 100 * gain)], "+0.00;-0.00;0.00")} |\n");
        }

        return text.ToString();
    }

    /// <summary>Multi-task gain of a row over the baseline row, as a fraction; NaN if a figure is missing.</summary>
    internal static double Gain(ResultRow row, ResultRow baseline, IReadOnlyList<ResultColumn>? columns = null) => Gains(row, baseline, columns ?? MtanNyu).Average();

    /// <summary>A mean with the standard deviation behind it where there are several values, and of how many it is where some are missing.</summary>
    internal static string With(IReadOnlyList<double> values, string format)
    {
        double[] there = [.. values.Where(double.IsFinite)];
        return there.Length == 0 ? "–"
            : Mean(there).ToString(format, CultureInfo.InvariantCulture)
                + (there.Length > 1 ? " ±" + Deviation(there).ToString(format.Split(';')[0].TrimStart('+'), CultureInfo.InvariantCulture) : "")
                + (there.Length < values.Count ? string.Create(CultureInfo.InvariantCulture, $" ({there.Length} of {values.Count})") : "");
    }

    /// <summary>Mean of the values that are there; NaN without any.</summary>
    internal static double Mean(IEnumerable<double> values) => values.Where(double.IsFinite).DefaultIfEmpty(double.NaN).Average();

    /// <summary>Standard deviation of the values of a sample that are there; 0 of a single one.</summary>
    internal static double Deviation(IReadOnlyList<double> values)
    {
        double[] there = [.. values.Where(double.IsFinite)];
        var mean = Mean(there);
        return there.Length < 2 ? 0 : Math.Sqrt(there.Sum(value => (value - mean) * (value - mean)) / (there.Length - 1));
    }

    // Seed by seed, so that what a seed does to both rows cancels.
    private static double[] Gains(ResultRow row, ResultRow baseline, IReadOnlyList<ResultColumn> columns) =>
        [.. row.Seeds.Zip(baseline.Seeds, (own, single) => columns
            .Select(column => (Task: column.Metric.Split('.')[0], Gain: column.Gain(own.GetValueOrDefault(column.Metric, double.NaN), single.GetValueOrDefault(column.Metric, double.NaN))))
            .GroupBy(figure => figure.Task, figure => figure.Gain)
            .Average(task => task.Average()))];

    private static string Cell(ResultColumn column, ResultRow row, IReadOnlyList<ResultRow> rows)
    {
        var text = With([.. row.Values(column.Metric).Select(value => column.Scale * value)], "F" + column.Digits.ToString(CultureInfo.InvariantCulture));
        double[] all = [.. rows.Select(other => other.Mean(column.Metric)).Where(double.IsFinite)];
        return rows.Count > 1 && row.Mean(column.Metric) == (column.Higher ? all.Max() : all.Min()) ? $"**{text}**" : text;
    }
}
