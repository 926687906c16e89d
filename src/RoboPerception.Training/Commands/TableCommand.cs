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
    private static readonly Option<int> Average = new("--average") { Description = "Last epochs that the figures are means of", DefaultValueFactory = _ => ResultTable.PaperEpochs };
    private static readonly Option<int> Threads = new("--threads") { Description = "Threads of libtorch; 0 leaves its default" };
    private static readonly Option<int> Seed = new("--seed") { Description = "Seed of every run", DefaultValueFactory = _ => 1 };
    private static readonly Option<string> DeviceName = new("--device") { Description = "cpu or cuda", DefaultValueFactory = _ => "cpu" };

    public static Command Create()
    {
        var command = new Command("table", "Trains a grid of architectures and weightings with an equal budget and prints it in the shape of the MTAN paper's table; goes on where it stopped. Started several times with one --out, the processes share the cells")
        {
            Grid, Data, Ids, ValidationIds, Out, Size, Widths, Epochs, BatchSize, LearningRate, Schedule, Average, Threads, Seed, DeviceName,
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
        if (parse.GetValue(Threads) is > 0 and var threads)
        {
            set_num_threads(threads);
        }

        using var data = TrainingData.Open(new DataChoice(parse.GetValue(Data)!, parse.GetValue(Ids), parse.GetValue(ValidationIds)), height, width, cancellation);
        (TableArchitecture Architecture, string Weighting)[] rows =
            [.. preset.Architectures.SelectMany(architecture => architecture.PerTask ? [(architecture, "")] : preset.Weightings.Select(weighting => (architecture, weighting)))];
        var finished = new Dictionary<TrainingOptions, CellResult>();
        while (true)
        {
            var missing = 0;
            foreach (var cell in rows.SelectMany(row => Cells(parse, row.Architecture, row.Weighting)).Where(cell => !finished.ContainsKey(cell)))
            {
                cancellation.ThrowIfCancellationRequested();
                if (TrainCell(parse, cell, data, device, cancellation) is { } result)
                {
                    finished[cell] = result;
                }
                else
                {
                    missing++;
                }
            }

            if (missing == 0)
            {
                break;
            }

            // Other processes are at work on the rest; should one die, its cell becomes free.
            cancellation.WaitHandle.WaitOne(TimeSpan.FromSeconds(2));
        }

        var single = finished[Cells(parse, rows[0].Architecture, rows[0].Weighting)[0]].Parameters;
        var table = ResultTable.Markdown([.. rows.Select(row => Row(row.Architecture.Label, row.Weighting, [.. Cells(parse, row.Architecture, row.Weighting).Select(cell => finished[cell])]))], single, parse.GetValue(Average));
        AtomicFile.Write(Path.Combine(parse.GetValue(Out)!, "table.md"), System.Text.Encoding.UTF8.GetBytes(table));
        Console.WriteLine(table);
        return ExitCode.Ok;
    }

    private static ResultRow Row(string label, string weighting, CellResult[] results) => new(
        label, weighting, results.Sum(result => result.Parameters), results.SelectMany(result => result.Metrics).ToDictionary(metric => metric.Key, metric => metric.Value));

    /// <summary>The runs behind a row: one, or one per task.</summary>
    private static TrainingOptions[] Cells(ParseResult parse, TableArchitecture architecture, string weighting) => architecture.PerTask
        ? [.. TaskDescription.NyuThree.Select(task => Recipe(parse, architecture, weighting, task.Key))]
        : [Recipe(parse, architecture, weighting, null)];

    private static TrainingOptions Recipe(ParseResult parse, TableArchitecture architecture, string weighting, string? task)
    {
        var (height, width) = Arguments.Size(parse.GetValue(Size)!, "--size", 1 << SegNet.Levels);
        var network = parse.GetValue(Widths) is { } widths ? architecture.WithWidths(NumberList(widths)) : architecture.Network;
        return new TrainingOptions
        {
            Network = NetworkSpec.Parse(network).ToString(),
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

    /// <summary>Trains one network, goes on with it, or takes what an earlier call has finished; null while another process trains it.</summary>
    private static CellResult? TrainCell(
        ParseResult parse, TrainingOptions options, TrainingData data, Device device, CancellationToken cancellation)
    {
        var name = string.Join('-', new[] { options.Network.Replace(':', '-').Replace(';', '-').Replace('=', '-').Replace(',', '_'), options.Tasks, options.Weighting }.Where(part => part is not null));
        var folder = Path.Combine(parse.GetValue(Out)!, name);
        Directory.CreateDirectory(folder);
        using var work = Claim(Path.Combine(folder, "lock"));
        if (work is null)
        {
            return null;
        }

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

        return new CellResult(trainer.Network.ParameterCount, ResultTable.LastEpochs(HtmlReport.ReadLog(Path.Combine(folder, "log.jsonl")), parse.GetValue(Average)));
    }

    private static int[] NumberList(string text) => [.. text.Split(',').Select(part => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
        ? number
        : throw new UserErrorException(ExitCode.Usage, $"--widths '{text}': '{part}' is not a number of channels; write e.g. 16,32,64,128,128."))];

    /// <summary>Takes a cell for this process: the system lets go of the file however the process ends. Null if another one has it.</summary>
    private static FileStream? Claim(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private sealed record CellResult(long Parameters, IReadOnlyDictionary<string, double> Metrics);
}
