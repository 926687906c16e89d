using System.Text.Json;
using RoboPerception.Core;
using RoboPerception.Training.Data;
using RoboPerception.Training.Networks;
using RoboPerception.Training.Optimisation;
using RoboPerception.Training.Tasks;
using static TorchSharp.torch;

namespace RoboPerception.Training.Reports;

/// <summary>Reads what a run left, or has left so far, in its folder.</summary>
internal static class RunReader
{
    /// <summary>The run, without images; details if a report wrote them for the checkpoint that is the best now.</summary>
    /// <exception cref="UserErrorException">The folder holds no run.</exception>
    public static RunData Read(string folder)
    {
        var last = Path.Combine(folder, Trainer.LastCheckpoint);
        if (!File.Exists(last))
        {
            throw new UserErrorException(ExitCode.Usage, $"'{folder}' holds no run ('{Trainer.LastCheckpoint}' is missing): name the folder that train wrote to with --out.");
        }

        var state = Checkpoint.ReadState(last);
        var best = Path.Combine(folder, Trainer.BestCheckpoint);
        var bestState = File.Exists(best) ? Checkpoint.ReadState(best) : null;
        return new RunData
        {
            Name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))),
            State = Short(state),
            Best = bestState is null ? null : Short(bestState),
            Log = HtmlReport.ReadLog(Path.Combine(folder, "log.jsonl")),
            Tasks = [.. TaskList.Parse(state.Options.Tasks).Select(task => task.Key)],
            Details = ReadDetails(Path.Combine(folder, RunDetails.FileName)) is { } details && details.Epoch == bestState?.Epoch ? details : null,
        };
    }

    /// <summary>Measures the best checkpoint on the validation images.</summary>
    public static RunDetails Measure(PerceptionNetwork network, ImageSet validation, Device device)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(validation);
        var meters = Evaluator.Measure(network, validation, device);
        var segmentation = meters.OfType<SegmentationMeter>().FirstOrDefault();
        var classes = network.Tasks.FirstOrDefault(task => task.Classes is not null)?.Classes;
        var confusion = segmentation?.Confusion;
        var details = new RunDetails
        {
            Images = validation.Count,
            Metrics = meters.SelectMany(meter => meter.Values()).ToDictionary(value => value.Name, value => value.Value),
            Constant = ConstantPrediction.Measure(network.Tasks, validation),
            Depth = meters.OfType<DepthMeter>().FirstOrDefault()?.ByDistance() ?? [],
            Angles = meters.OfType<NormalsMeter>().FirstOrDefault()?.ByDegree() ?? [],
        };
        if (confusion is null || classes is null)
        {
            return details;
        }

        var count = classes.Count;
        long[][] rows = [.. Enumerable.Range(0, count).Select(t => Enumerable.Range(0, count).Select(p => confusion[t, p]).ToArray())];
        var all = Math.Max(rows.Sum(row => row.Sum()), 1);
        return details with
        {
            Confusion = rows,
            Classes = [.. classes.Classes.Zip(segmentation!.ClassIou(), rows).Select(entry => new ClassFigure(entry.First.Name, entry.First.Colour, entry.Second, (double)entry.Third.Sum() / all))],
        };
    }

    /// <summary>10^9 multiplications with addition for one image of the recipe's size; 0 where a network cannot be counted at it. On the CPU.</summary>
    public static double Cost(PerceptionNetwork network, TrainingOptions options)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(options);
        var (height, width) = (options.Height / options.ImageScale, options.Width / options.ImageScale);
        if (height % MacCounter.SizeMultiple != 0 || width % MacCounter.SizeMultiple != 0)
        {
            return 0;
        }

        var scale = network.ImageScale;
        network.ImageScale = 1;
        try
        {
            return MacCounter.Count(network, height, width).GMac;
        }
        finally
        {
            network.ImageScale = scale;
        }
    }

    /// <summary>The state without what the log says again for every epoch.</summary>
    private static TrainingState Short(TrainingState state) => state with { EpochLosses = [], WeightingState = [] };

    private static RunDetails? ReadDetails(string path)
    {
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize(File.ReadAllBytes(path), ReportJson.Default.RunDetails) : null;
        }
        catch (JsonException)
        {
            // Of another version: what it says can be measured again.
            return null;
        }
    }
}
