using System.Text;
using System.Text.Json;
using RoboPerception.Core;
using RoboPerception.Training.Data;
using RoboPerception.Training.Optimisation;
using static TorchSharp.torch;

namespace RoboPerception.Training.Reports;

/// <summary>
/// One page about a run, complete in itself: how good it is and against what, curves, classes, errors by distance and angle, weights and conflicts of
/// the tasks, and validation images with prediction and error. Several runs become one page that compares them.
/// </summary>
internal static class HtmlReport
{
    /// <summary>Name of the page in the run's folder.</summary>
    public const string FileName = "report.html";

    /// <summary>Writes the page of a run from its log and, where there is one, the best checkpoint.</summary>
    public static void Write(string folder, ImageSet? validation, Device device)
    {
        var run = RunReader.Read(folder);
        var best = Path.Combine(folder, Trainer.BestCheckpoint);
        if (validation is not null && File.Exists(best))
        {
            var (network, state) = Checkpoint.LoadNetwork(best);
            using (network)
            {
                var (gmac, parameters) = (RunReader.Cost(network, state.Options), network.ParameterCount);
                TorchSharp.ModuleExtensionMethods.to(network, device);
                run = run with
                {
                    Details = RunReader.Measure(network, validation, device) with { Epoch = state.Epoch, Parameters = parameters, GMac = gmac },
                    Gallery = Gallery.Choose(network, validation, device),
                };
            }

            AtomicFile.Write(Path.Combine(folder, RunDetails.FileName), JsonSerializer.SerializeToUtf8Bytes(run.Details, ReportJson.Default.RunDetails));
        }

        AtomicFile.Write(Path.Combine(folder, FileName), Encoding.UTF8.GetBytes(ReportPage.Html(new ReportData([run]))));
    }

    /// <summary>Writes a page that compares runs by what their own reports and logs say.</summary>
    public static void Compare(IReadOnlyList<string> folders, string path) =>
        AtomicFile.Write(path, Encoding.UTF8.GetBytes(ReportPage.Html(new ReportData([.. folders.Select(RunReader.Read)]))));

    /// <summary>The epochs of a log; one that was trained again after a kill counts once, as it was the last time.</summary>
    internal static IReadOnlyList<EpochLog> ReadLog(string path)
    {
        var epochs = new SortedDictionary<int, EpochLog>();
        foreach (var line in Lines(path))
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

    private static IEnumerable<string> Lines(string path)
    {
        if (!File.Exists(path))
        {
            yield break;
        }

        // The run may be writing to it.
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        while (reader.ReadLine() is { } line)
        {
            yield return line;
        }
    }
}
