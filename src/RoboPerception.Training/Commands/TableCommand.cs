using System.CommandLine;
using System.Globalization;
using RoboPerception.Core;
using RoboPerception.Training.Networks;
using RoboPerception.Training.Optimisation;
using RoboPerception.Training.Reports;
using RoboPerception.Training.Tasks;
using static TorchSharp.torch;

namespace RoboPerception.Training.Commands;

/// <summary><c>roboperception-train table</c>.</summary>
internal static class TableCommand
{
    private static readonly Argument<string> Grid = new("preset") { Description = string.Join("; ", TablePreset.All.Select(preset => $"{preset.Name}: {preset.Summary}")) };
    private static readonly Option<string> Data = new("--data") { Description = DataArguments.DataHelp, Required = true };
    private static readonly Option<string?> Ids = DataArguments.Ids("--ids", "Training images");
    private static readonly Option<string?> ValidationIds = DataArguments.Ids("--val-ids", "Validation images");
    private static readonly Option<string> Out = new("--out") { Description = "Folder: one run in a folder of its own per cell, and table.md", Required = true };
    private static readonly Option<string> Size = new("--size") { Description = "HEIGHTxWIDTH", DefaultValueFactory = _ => "288x384" };
    private static readonly Option<string?> Widths = new("--widths") { Description = "Channels of the five SegNet levels; by default the paper's 64,128,256,512,512" };
    private static readonly Option<int> Epochs = new("--epochs") { Description = "The budget of every run: passes over the data", DefaultValueFactory = _ => 200 };
    private static readonly Option<int> BatchSize = new("--batch") { Description = "Images per step", DefaultValueFactory = _ => 2 };
    private static readonly Option<double> LearningRate = new("--lr") { Description = "Learning rate of Adam", DefaultValueFactory = _ => 1e-4 };
    private static readonly Option<string> Schedule = new("--schedule") { Description = string.Join(", ", LearningRateSchedule.Names), DefaultValueFactory = _ => "step" };
    private static readonly Option<int> Seed = new("--seed") { Description = "Seed of every run", DefaultValueFactory = _ => 1 };
    private static readonly Option<string> DeviceName = new("--device") { Description = "cpu or cuda", DefaultValueFactory = _ => "cpu" };

    public static Command Create()
    {
        var command = new Command("table", "Trains a grid of architectures and weightings with an equal budget and prints it in the shape of the MTAN paper's table; goes on where it stopped")
        {
            Grid, Data, Ids, ValidationIds, Out, Size, Widths, Epochs, BatchSize, LearningRate, Schedule, Seed, DeviceName,
        };
        command.SetAction((parse, cancellation) => UserErrors.Guard(() => Run(parse, cancellation)));
        return command;
    }

    private static ExitCode Run(ParseResult parse, CancellationToken cancellation)
    {
        var preset = TablePreset.Find(parse.GetValue(Grid)!);
        var (height, width) = Arguments.Size(parse.GetValue(Size)!, "--size", 1 << SegNet.Levels);
        LearningRateSchedule.Factor(parse.GetValue(Schedule)!, 0, 0);
        var device = Arguments.Device(parse.GetValue(DeviceName)!);
        using var data = TrainingData.Open(new DataChoice(parse.GetValue(Data)!, parse.GetValue(Ids), parse.GetValue(ValidationIds)), height, width, cancellation);
        var rows = new List<ResultRow>();
        var single = 0L;
        foreach (var (architecture, weighting) in preset.Architectures.SelectMany(
            architecture => architecture.PerTask ? [(architecture, "")] : preset.Weightings.Select(weighting => (architecture, weighting))))
        {
            string?[] tasks = architecture.PerTask ? [.. TaskDescription.NyuThree.Select(task => task.Key)] : [null];
            var results = tasks.Select(task => TrainCell(parse, Recipe(parse, architecture, weighting, task), data, device, cancellation)).ToArray();
            single = single == 0 ? results[0].Parameters : single;
            rows.Add(new ResultRow(architecture.Label, weighting, results.Sum(result => result.Parameters), results.SelectMany(result => result.Metrics).ToDictionary(metric => metric.Key, metric => metric.Value)));
            File.WriteAllText(Path.Combine(parse.GetValue(Out)!, "table.md"), ResultTable.Markdown(rows, single));
        }

        Console.WriteLine(ResultTable.Markdown(rows, single));
        return ExitCode.Ok;
    }

    private static TrainingOptions Recipe(ParseResult parse, TableArchitecture architecture, string weighting, string? task)
    {
        var (height, width) = Arguments.Size(parse.GetValue(Size)!, "--size", 1 << SegNet.Levels);
        var widths = parse.GetValue(Widths) is { } given ? $"{(architecture.Network.Contains(':', StringComparison.Ordinal) ? ';' : ':')}widths={given}" : "";
        return new TrainingOptions
        {
            Network = NetworkSpec.Parse(architecture.Network + widths).ToString(),
            Tasks = task,
            Height = height,
            Width = width,
            Epochs = parse.GetValue(Epochs),
            BatchSize = parse.GetValue(BatchSize),
            LearningRate = parse.GetValue(LearningRate),
            Schedule = parse.GetValue(Schedule)!,
            Weighting = weighting.Length == 0 ? "equal" : weighting,
            Augment = false,
            Seed = parse.GetValue(Seed),
        };
    }

    /// <summary>Trains one network, goes on with it, or takes what an earlier call has finished.</summary>
    private static (long Parameters, IReadOnlyDictionary<string, double> Metrics) TrainCell(
        ParseResult parse, TrainingOptions options, TrainingData data, Device device, CancellationToken cancellation)
    {
        var name = string.Join('-', new[] { options.Network.Replace(':', '-').Replace(';', '-').Replace('=', '-').Replace(',', '_'), options.Tasks, options.Weighting }.Where(part => part is not null));
        var folder = Path.Combine(parse.GetValue(Out)!, name);
        var last = Path.Combine(folder, Trainer.LastCheckpoint);
        if (File.Exists(last) && Checkpoint.ReadState(last).Options != options)
        {
            throw new UserErrorException(ExitCode.Usage, $"'{folder}' was begun with another recipe or budget: choose another --out, or the same options.");
        }

        var initial = new TrainingState { Options = options, TrainingImages = data.Images.Count, DataSet = data.Name, Commit = SourceCommit.Read() };
        using var trainer = File.Exists(last)
            ? Trainer.Resume(folder, data.Images, data.Validation, device)
            : Trainer.Start(folder, initial, data.Images, data.Validation, device);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: epoch {trainer.State.Epoch} of {options.Epochs}"));
        if (trainer.State.Epoch < options.Epochs)
        {
            TrainingDisplay.Show(trainer, () => trainer.Run(cancellation));
        }

        return (trainer.Network.ParameterCount, ResultTable.LastEpochs(HtmlReport.ReadLog(Path.Combine(folder, "log.jsonl"))));
    }
}
