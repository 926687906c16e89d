using System.Globalization;
using System.Text.Json;
using RoboPerception.Tests;
using RoboPerception.Training.Optimisation;
using RoboPerception.Training.Reports;
using static TorchSharp.torch;

namespace RoboPerception.Training.Tests;

/// <summary>Promise: the report can be read: in a real Chromium, light and dark, on a desk and on a phone.</summary>
public sealed class ReportPageTests : IDisposable
{
    private static readonly string[] Shapes = ["wide", "dark", "phone"];
    private readonly string folder = Directory.CreateTempSubdirectory("roboperception").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void The_first_screen_says_how_good_a_run_is_and_its_charts_can_be_read()
    {
        Train("run", "dwa", 3e-3, epochs: 6);
        using var page = Open(Path.Combine(folder, "run", HtmlReport.FileName));
        var details = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "run", RunDetails.FileName))).RootElement.GetProperty("metrics");
        foreach (var (name, shown) in Shapes.Select(name => (name, page.RootElement.GetProperty(name))))
        {
            var cards = shown.GetProperty("cards").EnumerateArray().ToArray();
            Assert.Equal(["mIoU", "relative depth error", "mean angle of normals"], cards.Select(card => Text(card, "label")));
            Assert.Equal(string.Create(CultureInfo.InvariantCulture, $"{100 * details.GetProperty("segmentation.miou_pooled").GetDouble():F1} %"), Text(cards[0], "figure"));
            Assert.All(cards, card => Assert.StartsWith("without looking at the image: ", Text(card, "against"), StringComparison.Ordinal));
            Assert.All(cards, card => Assert.InRange(card.GetProperty("box").GetProperty("bottom").GetDouble(), 1, shown.GetProperty("window").GetProperty("height").GetDouble()));
            Assert.Contains(shown.GetProperty("findings").EnumerateArray(), line => line.GetString()!.StartsWith("Best at epoch ", StringComparison.Ordinal));
            Assert.Equal(["Curves", "Classes", "Depth and normals", "Images", "Balance of the tasks", "Recipe"], shown.GetProperty("headings").EnumerateArray().Select(heading => heading.GetString()));
            Assert.Equal(6 * 10, shown.GetProperty("images").EnumerateArray().Count(image => image.GetBoolean()));
            CanBeRead(name, shown);
        }

        var charts = page.RootElement.GetProperty("wide").GetProperty("charts").EnumerateArray().ToArray();
        Assert.Equal(["training", "validation"], Chart(charts, "Loss of seg").GetProperty("series").EnumerateArray().Select(line => Text(line, "label")));
        Assert.Equal(["seg", "depth", "normal"], Chart(charts, "Weights of the tasks (dwa)").GetProperty("series").EnumerateArray().Select(line => Text(line, "label")));
        Assert.Contains(charts, chart => Text(chart, "title") == "Agreement of the tasks' gradients");
        Assert.Contains(charts, chart => Text(chart, "title") == "Depth error against true distance");
        Assert.Contains(charts, chart => Text(chart, "title") == "Angle between predicted and true normal");
    }

    [Fact]
    public void A_comparison_marks_what_differs_and_who_is_best()
    {
        Train("slow", "equal", 1e-4, epochs: 3);
        Train("fast", "uncertainty", 1e-2, epochs: 3);
        var path = Path.Combine(folder, "both.html");
        HtmlReport.Compare([Path.Combine(folder, "slow"), Path.Combine(folder, "fast")], path);
        using var page = Open(path);
        foreach (var (name, shown) in Shapes.Select(name => (name, page.RootElement.GetProperty(name))))
        {
            CanBeRead(name, shown);
            var tables = shown.GetProperty("tables").EnumerateArray().Select(table => table.EnumerateArray().Select(row => row.GetProperty("cells").EnumerateArray().ToArray()).ToArray()).ToArray();
            var (figures, recipes) = (tables[0], tables[1]);
            Assert.Equal(["run", "slow", "fast"], figures.Select(row => Text(row[0], "text")));
            Assert.All(Enumerable.Range(2, figures[0].Length - 2), column => Assert.Contains(figures.Skip(1), row => row[column].GetProperty("best").GetBoolean()));

            // A change in percent stands beside every figure but those whose first is nothing.
            Assert.All(figures[1].Zip(figures[2]).Skip(2), pair => Assert.Equal(Text(pair.First, "text").Any(letter => letter is >= '1' and <= '9'), System.Text.RegularExpressions.Regex.IsMatch(Text(pair.Second, "text"), @" [+−][\d.]+ %$")));

            // What differs stands on a colour of its own, and nothing else is there.
            Assert.Equal([" | slow | fast", "learning rate | 0.0001 | 0.01", "weighting | equal | uncertainty"], recipes.Select(row => string.Join(" | ", row.Select(cell => Text(cell, "text")))));
            Assert.All(recipes.Skip(1).SelectMany(row => row.Skip(1)), cell => Assert.NotEqual("rgba(0, 0, 0, 0)", Text(cell, "background")));
            Assert.All(figures.SelectMany(row => row), cell => Assert.Equal("rgba(0, 0, 0, 0)", Text(cell, "background")));

            // Both runs are in one chart.
            var loss = Chart([.. shown.GetProperty("charts").EnumerateArray()], "Loss of depth");
            Assert.Equal(["slow training", "slow validation", "fast training", "fast validation"], loss.GetProperty("series").EnumerateArray().Select(line => Text(line, "label")));
        }
    }

    private static void CanBeRead(string name, JsonElement shown)
    {
        Assert.Equal(name == "dark", Text(shown, "background") != "rgb(255, 255, 255)");
        Assert.Equal(0, shown.GetProperty("overflow").GetInt32());
        var faintest = shown.GetProperty("faintest");
        Assert.True(faintest.GetProperty("contrast").GetDouble() >= 4.5, $"{name}: too little contrast: {faintest}");
        Assert.All(shown.GetProperty("charts").EnumerateArray(), chart =>
        {
            Assert.All(chart.GetProperty("axes").EnumerateArray(), axis => Assert.True(AreRound([.. axis.GetProperty("ticks").EnumerateArray().Select(tick => tick.GetString()!)]), $"{name}, {Text(chart, "title")}: {axis}"));

            // Translucent bars have no pixel of their colour; every line has.
            Assert.All(
                chart.GetProperty("series").EnumerateArray().Where(line => !Text(line, "label").StartsWith("of pixels", StringComparison.Ordinal)),
                line => Assert.True(line.GetProperty("pixels").GetInt32() > 20, $"{name}, {Text(chart, "title")}: no line {line}"));
            Assert.All(chart.GetProperty("series").EnumerateArray(), line => Assert.Contains(Text(line, "label"), Text(chart, "legendText"), StringComparison.Ordinal));
            var (plot, legend) = (chart.GetProperty("plot"), chart.GetProperty("legend"));
            Assert.True(legend.GetProperty("top").GetDouble() >= plot.GetProperty("bottom").GetDouble(), $"{name}, {Text(chart, "title")}: the legend covers the plot");
        });
    }

    /// <summary>Whether ticks are multiples of 1, 2 or 5 times a power of ten, one step apart; or powers of ten and their doubles and fives on a logarithmic axis.</summary>
    private static bool AreRound(IReadOnlyList<string> ticks)
    {
        decimal[] values = [.. ticks.Select(tick => decimal.Parse(tick, NumberStyles.Float, CultureInfo.InvariantCulture))];
        if (values.Length < 2)
        {
            return values.Length == 1;
        }

        var steps = values.Zip(values.Skip(1), (low, high) => high - low).Distinct().ToArray();
        return steps.Length == 1 ? steps[0] > 0 && IsRound(steps[0]) && values.All(value => value % steps[0] == 0) : values.All(IsRound) && steps.All(step => step > 0);
    }

    private static bool IsRound(decimal step) => step > 0 && step.ToString("E12", CultureInfo.InvariantCulture) is [var digit and ('1' or '2' or '5'), ..] text && text[1..text.IndexOf('E', StringComparison.Ordinal)].All(letter => letter is '.' or '0') && digit != '0';

    private static JsonElement Chart(IReadOnlyList<JsonElement> charts, string title) => charts.Single(chart => Text(chart, "title") == title);

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;

    private static JsonDocument Open(string path)
    {
        var page = IndependentReader.Run("report.mjs", new Uri(path).AbsoluteUri);
        Assert.Empty(page.RootElement.GetProperty("problems").EnumerateArray());
        Assert.Empty(page.RootElement.GetProperty("elsewhere").EnumerateArray());
        return page;
    }

    private void Train(string name, string weighting, double rate, int epochs)
    {
        var recipe = ShortRuns.Recipe(epochs, weighting);
        using (var trainer = Trainer.Start(Path.Combine(folder, name), recipe with { Options = recipe.Options with { LearningRate = rate } }, ShortRuns.Images, ShortRuns.Images, CPU))
        {
            trainer.MeasuresConflicts = true;
            trainer.Run();
        }

        HtmlReport.Write(Path.Combine(folder, name), ShortRuns.Images, CPU);
    }
}
