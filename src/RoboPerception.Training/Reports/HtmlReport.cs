using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using RoboPerception.Core;
using RoboPerception.Training.Data;
using RoboPerception.Training.Networks;
using RoboPerception.Training.Optimisation;
using RoboPerception.Training.Tasks;
using static TorchSharp.torch;

namespace RoboPerception.Training.Reports;

/// <summary>
/// One page about a run, complete in itself: recipe, curves, figures, IoU of every class, and the validation images that the best checkpoint
/// predictions best and worst.
/// </summary>
internal static class HtmlReport
{
    /// <summary>Name of the page in the run's folder.</summary>
    public const string FileName = "report.html";

    private const int ImagesShown = 3;

    // Each of these is looked at once more; a whole validation set would double the time of the report.
    private const int ImagesRanked = 100;

    /// <summary>Writes the page from the log and, where there is one, the best checkpoint.</summary>
    public static void Write(string folder, ImageSet? validation, Device device)
    {
        var log = ReadLog(Path.Combine(folder, "log.jsonl"));
        var state = Checkpoint.ReadState(Path.Combine(folder, Trainer.LastCheckpoint));
        var page = new StringBuilder();
        var title = WebUtility.HtmlEncode($"{state.Options.Network} on {state.DataSet}");
        page.Append(CultureInfo.InvariantCulture, $$"""
            <!doctype html><html lang="en"><head><meta charset="utf-8"><title>{{title}}</title><style>
            body{font:15px/1.45 system-ui,sans-serif;margin:2em auto;max-width:1000px;padding:0 1em;color:#222}table{border-collapse:collapse;margin:.5em 0 1.5em}
            td,th{padding:.15em .8em .15em 0;text-align:left;vertical-align:top}td.n{text-align:right;font-variant-numeric:tabular-nums}svg{margin:0 12px 12px 0}img{width:190px;image-rendering:pixelated;display:block}
            .bar{background:#0b6bcb;height:.75em;display:inline-block}</style></head><body><h1>{{title}}</h1>
            """);
        Recipe(page, state);
        page.Append("<h2>Curves</h2>");
        Curves(page, log);
        if (validation is not null && File.Exists(Path.Combine(folder, Trainer.BestCheckpoint)))
        {
            var (network, best) = Checkpoint.LoadNetwork(Path.Combine(folder, Trainer.BestCheckpoint));
            using (network)
            {
                TorchSharp.ModuleExtensionMethods.to(network, device);
                Figures(page, network, validation, best, device);
            }
        }

        AtomicFile.Write(Path.Combine(folder, FileName), Encoding.UTF8.GetBytes(page.Append("</body></html>\n").ToString()));
    }

    /// <summary>The epochs of a log; one that was trained again after a kill counts once, as it was the last time.</summary>
    internal static IReadOnlyList<EpochLog> ReadLog(string path)
    {
        var epochs = new SortedDictionary<int, EpochLog>();
        foreach (var line in File.Exists(path) ? File.ReadLines(path) : [])
        {
            try
            {
                if (JsonSerializer.Deserialize(line, TrainingJson.Default.EpochLog) is { } epoch)
                {
                    epochs[epoch.Epoch] = epoch;
                }
            }
            catch (JsonException)
            {
                // A kill can cut the last line short.
            }
        }

        return [.. epochs.Values];
    }

    private static void Recipe(StringBuilder page, TrainingState state)
    {
        page.Append("<table>");
        var options = JsonSerializer.SerializeToElement(state.Options, TrainingJson.Default.TrainingOptions);
        Row("images", state.TrainingImages.ToString(CultureInfo.InvariantCulture));
        Row("epochs done", state.Epoch.ToString(CultureInfo.InvariantCulture));
        Row("time", TimeSpan.FromSeconds(Math.Round(state.ElapsedSeconds)).ToString());
        Row("commit", state.Commit);
        page.Append("</table><details><summary>Recipe</summary><table>");
        foreach (var option in options.EnumerateObject())
        {
            Row(option.Name, option.Value.ToString());
        }

        page.Append("</table></details>");

        void Row(string name, string value) =>
            page.Append(CultureInfo.InvariantCulture, $"<tr><th>{WebUtility.HtmlEncode(name)}</th><td>{WebUtility.HtmlEncode(value)}</td></tr>");
    }

    private static void Curves(StringBuilder page, IReadOnlyList<EpochLog> log)
    {
        if (log.Count == 0)
        {
            return;
        }

        foreach (var task in log[0].Losses.Keys)
        {
            page.Append(SvgChart.Draw($"Training loss: {task}", "epoch", [Line(task, log, epoch => epoch.Losses.GetValueOrDefault(task, double.NaN))]));
        }

        page.Append(SvgChart.Draw("Weights of the tasks", "epoch", [.. log[0].Losses.Keys.Select(task => Line(task, log, epoch => epoch.Weights.GetValueOrDefault(task, double.NaN)))]));
        page.Append(SvgChart.Draw("Learning rate", "epoch", [Line("rate", log, epoch => epoch.LearningRate)]));
        EpochLog[] measured = [.. log.Where(epoch => epoch.Metrics.Count > 0)];
        foreach (var name in measured.SelectMany(epoch => epoch.Metrics.Keys).Distinct().Where(name => name.EndsWith("_pooled", StringComparison.Ordinal)))
        {
            page.Append(SvgChart.Draw(name, "epoch", [Line("validation", measured, epoch => epoch.Metrics.GetValueOrDefault(name, double.NaN))]));
        }
    }

    private static Series Line(string name, IReadOnlyList<EpochLog> log, Func<EpochLog, double> value) => new(name, [.. log.Select(epoch => ((double)epoch.Epoch, value(epoch)))]);

    private static void Figures(StringBuilder page, PerceptionNetwork network, ImageSet validation, TrainingState best, Device device)
    {
        page.Append(CultureInfo.InvariantCulture, $"<h2>Best checkpoint (epoch {best.Epoch})</h2><table>");
        var meters = Evaluator.Measure(network, validation, device);
        foreach (var value in meters.SelectMany(meter => meter.Values()))
        {
            page.Append(CultureInfo.InvariantCulture, $"<tr><th>{value.Name}</th><td class=n>{value.Value:F4}</td><td>{(value.HigherIsBetter ? "higher" : "lower")} is better</td></tr>");
        }

        page.Append("</table>");
        if (meters.OfType<SegmentationMeter>().FirstOrDefault() is { } segmentation && network.Tasks.FirstOrDefault(task => task.Classes is not null)?.Classes is { } classes)
        {
            page.Append("<h2>Classes</h2><table><tr><th>class</th><th>IoU</th><th></th></tr>");
            foreach (var (info, iou) in classes.Classes.Zip(segmentation.ClassIou()))
            {
                page.Append(CultureInfo.InvariantCulture, $"<tr><td><span style=\"color:{info.Colour}\">&#9632;</span> {WebUtility.HtmlEncode(info.Name)}</td><td class=n>{iou:F4}</td><td><span class=bar style=\"width:{(double.IsFinite(iou) ? 200 * iou : 0):F0}px\"></span></td></tr>");
            }

            page.Append("</table>");
        }

        var ranked = Rank(network, validation, device);
        page.Append("<h2>Best predictions</h2>");
        Images(page, network, validation, ranked.Take(ImagesShown), device);
        page.Append("<h2>Worst predictions</h2>");
        Images(page, network, validation, ranked.Reverse().Take(ImagesShown), device);
    }

    private static (int Image, double Score)[] Rank(PerceptionNetwork network, ImageSet validation, Device device) =>
        [.. Enumerable.Range(0, Math.Min(validation.Count, ImagesRanked))
            .Select(n => (int)((long)n * validation.Count / Math.Min(validation.Count, ImagesRanked)))
            .Select(i => (Image: i, Score: Evaluator.Score(Evaluator.Evaluate(network, new ImageSet([validation[i]]), device))))
            .OrderByDescending(entry => entry.Score)];

    private static void Images(StringBuilder page, PerceptionNetwork network, ImageSet validation, IEnumerable<(int Image, double Score)> chosen, Device device)
    {
        page.Append("<table>");
        network.eval();
        using var noGradients = no_grad();
        foreach (var (image, score) in chosen)
        {
            using var scope = NewDisposeScope();
            var batch = new Batch(1, validation.Height, validation.Width);
            SampleWriter.Write(validation[image], View.Whole, batch, 0);
            var outputs = network.forward(BatchTensors.Images(batch, device));
            page.Append(CultureInfo.InvariantCulture, $"<tr><td>image {image}<br>score {score:F3}{Png(TaskImage.Photograph(batch, 0))}</td>");
            for (var k = 0; k < network.Tasks.Count; k++)
            {
                var task = network.Tasks[k];
                var prediction = outputs[k].cpu().contiguous().data<float>().ToArray();
                page.Append(CultureInfo.InvariantCulture, $"<td>{task.Key}: prediction, ground truth<br>&nbsp;{Png(TaskImage.Prediction(task, prediction, batch.Height, batch.Width))}{Png(TaskImage.GroundTruth(task, batch, 0))}</td>");
            }

            page.Append("</tr>");
        }

        page.Append("</table>");
    }

    private static string Png(byte[] png) => $"<img alt=\"\" src=\"data:image/png;base64,{Convert.ToBase64String(png)}\">";
}
