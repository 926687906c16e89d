using System.Globalization;
using System.Text;
using RoboPerception.Training.Optimisation;
using RoboPerception.Training.Reports;

namespace RoboPerception.Training.Commands.Tables;

/// <summary>What a row came to with one seed: a result for each of its networks.</summary>
/// <param name="Seed">The seed.</param>
/// <param name="Networks">Its networks; those that are not finished have no figures.</param>
internal sealed record SeedResult(int Seed, IReadOnlyList<CellResult> Networks);

/// <summary>What a table's runs come to: the table, and its figure if it has one. Runs that are not finished are named, and nothing stands in for them.</summary>
/// <param name="preset">The table.</param>
/// <param name="rows">Its rows.</param>
/// <param name="results">The results of a row, seed by seed.</param>
/// <param name="average">Last validated epochs that the figures are means of.</param>
internal sealed class TableReport(TablePreset preset, IReadOnlyList<TableRow> rows, Func<TableRow, IReadOnlyList<SeedResult>> results, int average)
{
    /// <summary>Name of the figure beside table.md.</summary>
    public const string FigureName = "figure.svg";

    // The curves of the paper's figure, one a task.
    private static readonly string[] CurveHeads = ["mIoU", "Abs Err", "Mean"];

    /// <summary>The table with what belongs under it.</summary>
    public string Markdown()
    {
        var text = new StringBuilder();
        var missing = Missing() is { } named ? $"\n{named}\n" : "";
        var note = string.Create(
            CultureInfo.InvariantCulture,
            $"\nFigures are {(average == 1 ? "those of the last validation" : $"means of the last {average} validations")}{(results(rows[0]).Count > 1 ? $", mean ±standard deviation of {results(rows[0]).Count} seeds" : "")}; shares in percent. #P is relative to one network of the first row. Δm in percent: mean inside each task, then over tasks, against the first row.\n");
        if (preset.Figure == TableFigure.Complexity)
        {
            foreach (var group in Groups())
            {
                text.Append(CultureInfo.InvariantCulture, $"{Classes(group.Key)} classes:\n\n{Table([.. group])}\n");
            }

            return text.Append(note.TrimStart()).Append(missing).ToString();
        }

        text.Append(Table(rows)).Append(note).Append(missing);
        if (preset.Figure == TableFigure.Curves)
        {
            text.Append('\n').Append(Spread());
        }

        return text.ToString();
    }

    /// <summary>The figure as SVG; null without one.</summary>
    public string? Figure() => preset.Figure switch
    {
        TableFigure.Complexity => SvgFigure.Draw(Complexity(), columns: 2, Missing()),
        TableFigure.Curves => SvgFigure.Draw(Curves(), columns: CurveHeads.Length, Missing()),
        _ => null,
    };

    /// <summary>A sentence with the cells that are not finished; null if all are.</summary>
    private string? Missing()
    {
        string[] missing =
        [
            .. from row in rows
               let seeds = results(row).Where(seed => !seed.Networks.All(network => network.IsThere)).Select(seed => seed.Seed).ToArray()
               where seeds.Length > 0
               select $"{NameOf(row)} ({(seeds.Length == results(row).Count ? "all seeds" : "seed " + string.Join(", ", seeds))})",
        ];
        return missing.Length == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"Not finished, {missing.Length} of {rows.Count} rows: {string.Join("; ", missing)}.");
    }

    private string NameOf(TableRow row) =>
        row.Label + (preset.Figure == TableFigure.Complexity ? $", {Classes(row.Tasks[0])} classes" : row.Weighting.Length == 0 || row.Weighting.StartsWith("fixed:", StringComparison.Ordinal) ? "" : ", " + row.Weighting);

    private string Table(IReadOnlyList<TableRow> chosen) => ResultTable.Markdown([.. chosen.Select(Row)], results(chosen[0])[0].Networks[0].Parameters, preset.Columns);

    private ResultRow Row(TableRow row)
    {
        var perSeed = results(row);
        return new ResultRow(
            row.Label,
            row.Weighting.StartsWith("fixed:", StringComparison.Ordinal) ? "" : row.Weighting,
            perSeed[0].Networks.Sum(result => result.Parameters),
            [.. perSeed.Select(seed => seed.Networks.SelectMany(result => ResultTable.LastEpochs(result.Log, average)).ToDictionary(metric => metric.Key, metric => metric.Value))]);
    }

    private IEnumerable<IGrouping<string, TableRow>> Groups() => rows.GroupBy(row => row.Tasks[0]);

    private static string Classes(string key) => string.Concat(key.Where(char.IsAsciiDigit));

    /// <summary>One panel a metric: improvement over the first row of the same number of classes, in percent.</summary>
    private IReadOnlyList<Panel> Complexity()
    {
        var groups = Groups().Select(group => group.ToArray()).ToArray();
        (double, string)[] places = [.. groups.Select((group, place) => ((double)place, Classes(group[0].Tasks[0]) + " classes"))];
        return
        [
            .. preset.Columns.Select(column => new Panel(
                $"{column.Head}: improvement over STAN, %",
                "",
                [
                    .. groups[0].Skip(1).Select((row, r) =>
                    {
                        var gains = groups.Select(group => Gains(Row(group[r + 1]), Row(group[0]), column)).ToArray();
                        return new Series(row.Label, [.. gains.Select((gain, place) => (place + (0.04 * (r - 1.5)), ResultTable.Mean(gain)))], [.. gains.Select(ResultTable.Deviation)]);
                    }),
                ],
                places)),
        ];
    }

    private static double[] Gains(ResultRow row, ResultRow over, ResultColumn column) =>
        [.. row.Values(column.Metric).Zip(over.Values(column.Metric), (value, single) => 100 * column.Gain(value, single))];

    /// <summary>A row of panels an architecture, a panel a task's metric, a curve a weighting: means over the seeds.</summary>
    private IReadOnlyList<Panel> Curves()
    {
        ResultColumn[] columns = [.. CurveHeads.Select(head => preset.Columns.First(column => column.Head == head))];
        return
        [
            .. rows.Where(row => !row.PerTask).GroupBy(row => row.Label).SelectMany(architecture => columns.Select(column => new Panel(
                $"{architecture.Key}: {column.Head} {column.Arrow}",
                "epoch",
                [.. architecture.Select(row => new Series(row.Weighting, Curve(results(row), column)))]))),
        ];
    }

    private static (double X, double Y)[] Curve(IReadOnlyList<SeedResult> seeds, ResultColumn column) =>
    [
        .. seeds.SelectMany(seed => seed.Networks[0].Log).Where(epoch => epoch.Metrics.ContainsKey(column.Metric)).GroupBy(epoch => epoch.Epoch)
            .OrderBy(epoch => epoch.Key).Select(epoch => ((double)epoch.Key, column.Scale * epoch.Average(log => log.Metrics[column.Metric]))),
    ];

    /// <summary>
    /// How much an architecture depends on the weighting: the largest difference between two weightings as a share of their mean, by column. The paper
    /// claims that it is smaller for MTAN than for cross-stitch. Of a seed only those weightings count that all architectures have been trained with.
    /// </summary>
    private string Spread()
    {
        var text = new StringBuilder("Spread between weightings, (largest - smallest) / mean in percent, of each seed, then mean:\n\n");
        text.Append(CultureInfo.InvariantCulture, $"| Architecture | {string.Join(" | ", preset.Columns.Select(column => column.Head))} | mean |\n|---|{string.Concat(preset.Columns.Select(_ => "---:|"))}---:|\n");
        var weighed = rows.Where(row => !row.PerTask).ToArray();
        var shared = Enumerable.Range(0, results(rows[0]).Count).Select(seed => weighed.GroupBy(row => row.Weighting)
            .Where(rows => rows.All(row => results(row)[seed].Networks[0].IsThere)).Select(rows => rows.Key).ToHashSet()).ToArray();
        foreach (var architecture in weighed.GroupBy(row => row.Label))
        {
            double[][] spreads = [.. preset.Columns.Select(column => shared.Select((weightings, seed) =>
            {
                double[] values = [.. architecture.Where(row => weightings.Contains(row.Weighting)).Select(row => Row(row).Values(column.Metric)[seed])];
                return values.Length > 1 ? 100 * (values.Max() - values.Min()) / values.Average() : double.NaN;
            }).ToArray())];
            var mean = shared.Select((_, seed) => spreads.Average(column => column[seed])).ToArray();
            text.Append(CultureInfo.InvariantCulture, $"| {architecture.Key} | {string.Join(" | ", spreads.Select(column => ResultTable.With(column, "F1")))} | {ResultTable.With(mean, "F1")} |\n");
        }

        return text.Append(shared.All(weightings => weightings.Count == shared[0].Count)
            ? string.Create(CultureInfo.InvariantCulture, $"\nOver {shared[0].Count} weightings.\n")
            : $"\nOver {string.Join(" and ", shared.Select(weightings => weightings.Count.ToString(CultureInfo.InvariantCulture)))} weightings that both have finished, seed by seed.\n").ToString();
    }
}
