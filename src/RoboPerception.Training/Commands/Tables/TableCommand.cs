using System.CommandLine;
using System.Globalization;
using System.Text;
using RoboPerception.Core;
using RoboPerception.Training.Data;
using RoboPerception.Training.Networks;
using RoboPerception.Training.Optimisation;
using RoboPerception.Training.Reports;
using RoboPerception.Training.Tasks;
using static TorchSharp.torch;

namespace RoboPerception.Training.Commands.Tables;

/// <summary><c>roboperception-train table</c>.</summary>
internal static class TableCommand
{
    private static readonly Argument<string> Grid = new("table") { Description = "Which table or figure; see below" };
    private static readonly Option<string> Data = new("--data") { Description = DataArguments.DataHelp, Required = true };
    private static readonly Option<string?> Ids = DataArguments.Ids("--ids", "Training images");
    private static readonly Option<string?> ValidationIds = DataArguments.Ids("--val-ids", "Validation images");
    private static readonly Option<string> Out = new("--out") { Description = "Folder: one run in a folder of its own per cell, table.md and the figure", Required = true };
    private static readonly Option<int> Seeds = new("--seeds") { Description = "How many seeds every row is trained with: the table then tells mean and standard deviation", DefaultValueFactory = _ => 1 };
    private static readonly Option<string?> Size = new("--size") { Description = "HEIGHTxWIDTH; by default the paper's" };
    private static readonly Option<string> Fit = DataArguments.Fit();
    private static readonly Option<int> Epochs = new("--epochs") { Description = "The budget of every run: passes over the data; by default the paper's" };
    private static readonly Option<int> Limit = new("--limit") { Description = "At most so many training images, and a quarter as many for validation; 0 = all" };
    private static readonly Option<string?> Widths = new("--widths") { Description = "Narrower networks: channels of the five SegNet levels (the paper's are 64,128,256,512,512), or of four HRNet branches or ResNet layers" };
    private static readonly Option<string?> Weightings = new("--weightings") { Description = "Weightings of the rows that have some, separated by commas; by default the table's" };
    private static readonly Option<string> Trunk = new("--trunk") { Description = "hrnet (HRNet-18) or resnet (ResNet-50 with a feature pyramid), for the tables of MTI-Net", DefaultValueFactory = _ => "hrnet" };
    private static readonly Option<string?> Backbone = new("--backbone") { Description = "Pre-trained weights of the trunk, for the tables of MTI-Net" };
    private static readonly Option<int> BatchSize = new("--batch") { Description = "Images per step; by default the paper's" };
    private static readonly Option<double> LearningRate = new("--lr") { Description = "Learning rate; by default the paper's" };
    private static readonly Option<string?> Schedule = new("--schedule") { Description = $"{string.Join(", ", LearningRateSchedule.Names)}; by default the paper's" };
    private static readonly Option<int> Average = new("--average") { Description = "Last validated epochs that the figures are means of; by default the paper's" };
    private static readonly Option<int> ValidationInterval = new("--val-every") { Description = "Epochs between two validations", DefaultValueFactory = _ => 1 };
    private static readonly Option<int> Threads = new("--threads") { Description = "Threads of libtorch; 0 leaves its default" };
    private static readonly Option<bool> SoFar = new("--so-far") { Description = "Train nothing: the table and figure of the runs that are finished; what is missing is named" };
    private static readonly Option<int> Seed = new("--seed") { Description = "The first seed", DefaultValueFactory = _ => 1 };
    private static readonly Option<string> DeviceName = new("--device") { Description = "cpu or cuda", DefaultValueFactory = _ => "cpu" };

    /// <summary>The options in groups.</summary>
    public static IReadOnlyList<OptionGroup> Groups { get; } =
    [
        new("Run", [Data, Out, Seeds, Seed, SoFar]),
        new("Smaller than the paper", [Size, Epochs, Limit, Widths, Weightings, ValidationInterval, Average]),
        new("Other than the paper", [BatchSize, LearningRate, Schedule, Trunk, Backbone, Fit, Ids, ValidationIds]),
        new("Machine", [DeviceName, Threads]),
    ];

    /// <summary>What each table shows, for the help.</summary>
    public static string Tables { get; } = string.Join("\n", TablePreset.All.Select(preset => $"  {preset.Name,-16} {preset.Paper}: {preset.Shows}.\n  {"",-16} Data: {preset.Needs}; {preset.Recipe}.").Append(DecathlonTable.Help));

    public static Command Create()
    {
        var command = new Command("table", "Trains what a table or figure of a paper compares, each with the same budget, and prints it in the paper's shape. Goes on where it stopped; started several times with one --out, the processes share the work") { Grid };
        foreach (var option in Groups.SelectMany(group => group.Options))
        {
            command.Options.Add(option);
        }

        command.SetAction((parse, cancellation) => UserErrors.Guard(() => Run(parse, cancellation), mayRestart: true));
        return command;
    }

    private static ExitCode Run(ParseResult parse, CancellationToken cancellation)
    {
        var device = Arguments.Device(parse.GetValue(DeviceName)!);
        var seeds = Arguments.Positive(parse.GetValue(Seeds), "--seeds");
        if (parse.GetValue(Threads) is > 0 and var threads)
        {
            set_num_threads(threads);
        }

        if (parse.GetValue(Grid) == DecathlonTable.Name)
        {
            if (parse.GetValue(SoFar))
            {
                throw new UserErrorException(ExitCode.Usage, "--so-far is for tables of many runs; the decathlon's is one run a seed.");
            }

            return DecathlonTable.Run(new DecathlonTable.Request(parse.GetValue(Data)!, parse.GetValue(Out)!, [.. Enumerable.Range(parse.GetValue(Seed), seeds)], device)
            {
                Epochs = parse.GetValue(Epochs),
                Limit = parse.GetValue(Limit),
                BatchSize = parse.GetValue(BatchSize),
                Widths = parse.GetValue(Widths) is { } size ? NumberList(size) : null,
            }, cancellation);
        }

        var preset = TablePreset.Find(parse.GetValue(Grid)!);
        var recipe = Scaled(parse, preset.Recipe);
        LearningRateSchedule.Factor(recipe.Schedule, 0, 0);
        var (data, choice, rooms) = TableData.Open(new DataChoice(parse.GetValue(Data)!, parse.GetValue(Ids), parse.GetValue(ValidationIds)) { Classes = preset.Classes, CacheScenes = true, Fit = DataArguments.FitOf(parse.GetValue(Fit)!), Limit = parse.GetValue(Limit) }, recipe.Height, recipe.Width, cancellation);
        using var _ = data;
        var context = new TableContext(
            classes => classes > 0 ? (rooms ? "rooms" : "seg") + classes.ToString(CultureInfo.InvariantCulture) : TaskList.Names([data.Images.Tasks.First(task => task.Kind == TaskKind.Segmentation)]),
            key => data.Images.Tasks.Any(task => task.Key == key),
            parse.GetValue(Weightings)?.Split(','),
            parse.GetValue(Trunk) is "hrnet" or "resnet" ? parse.GetValue(Trunk)! : throw new UserErrorException(ExitCode.Usage, $"--trunk '{parse.GetValue(Trunk)}' is unknown; choose hrnet or resnet."));
        var rows = preset.Rows(context);
        int[] every = [.. Enumerable.Range(parse.GetValue(Seed), seeds)];
        var cells = rows.ToDictionary(row => row, row => every.Select(seed => Cells(parse, row, seed, data.Images.Count)).ToArray());
        Tell(preset, recipe, rows, [.. cells.Values.SelectMany(perSeed => perSeed.SelectMany(cell => cell)).Distinct()], data, every);

        // Seed by seed, so that a table stopped early is whole for the first.
        TrainingOptions[] order = [.. Enumerable.Range(0, every.Length).SelectMany(s => rows.SelectMany(row => cells[row][s]))];
        var runner = new TableRunner(parse.GetValue(Out)!, data, device, cell => CellExperiment.Text(cell, choice, parse.GetValue(Threads)));
        var results = parse.GetValue(SoFar) ? runner.Finished(order) : runner.Run(order, cancellation);
        var average = parse.GetValue(Average) is > 0 and var own ? own : preset.Average;
        var report = new TableReport(preset, rows, row => [.. cells[row].Select(seed => new SeedResult(seed[0].Seed, [.. seed.Select(cell => results.GetValueOrDefault(cell) ?? CellResult.Missing(cell))]))], average);
        var text = report.Markdown();
        AtomicFile.Write(Path.Combine(parse.GetValue(Out)!, "table.md"), Encoding.UTF8.GetBytes(text));
        if (report.Figure() is { } figure)
        {
            AtomicFile.Write(Path.Combine(parse.GetValue(Out)!, TableReport.FigureName), Encoding.UTF8.GetBytes(figure));
        }

        Console.WriteLine(text);
        return ExitCode.Ok;
    }

    private static TableRecipe Scaled(ParseResult parse, TableRecipe recipe)
    {
        var (height, width) = parse.GetValue(Size) is { } size ? Arguments.Size(size, "--size", 1 << SegNet.Levels) : (recipe.Height, recipe.Width);
        return recipe with
        {
            Height = height,
            Width = width,
            Epochs = parse.GetValue(Epochs) is > 0 and var epochs ? epochs : recipe.Epochs,
            Steps = parse.GetValue(Epochs) > 0 ? 0 : recipe.Steps,
            Batch = parse.GetValue(BatchSize) is > 0 and var batch ? batch : recipe.Batch,
            LearningRate = parse.GetValue(LearningRate) is > 0 and var rate ? rate : recipe.LearningRate,
            Schedule = parse.GetValue(Schedule) ?? recipe.Schedule,
        };
    }

    /// <summary>The runs behind a row with one seed: one, or one per task.</summary>
    private static TrainingOptions[] Cells(ParseResult parse, TableRow row, int seed, int images)
    {
        var preset = TablePreset.Find(parse.GetValue(Grid)!);
        var network = parse.GetValue(Widths) is { } widths ? row.WithWidths(NumberList(widths)) : row.Network;
        network = parse.GetValue(Backbone) is null ? network : (row with { Network = network }).With("input=imagenet");
        return
        [
            .. row.Runs.Select(tasks => Scaled(parse, row.Recipe ?? preset.Recipe).ToOptions(NetworkSpec.Parse(network).ToString(), TaskList.Check(tasks), row.Weighting.Length == 0 ? "equal" : row.Weighting, seed, images) with
            {
                Backbone = parse.GetValue(Backbone),
                Fit = DataArguments.FitOf(parse.GetValue(Fit)!),
                ValidationInterval = Arguments.Positive(parse.GetValue(ValidationInterval), "--val-every"),
            }),
        ];
    }

    private static void Tell(TablePreset preset, TableRecipe recipe, IReadOnlyList<TableRow> rows, IReadOnlyList<TrainingOptions> runs, TrainingData data, int[] seeds)
    {
        Console.WriteLine($"{preset.Paper}: {preset.Shows}");
        Console.WriteLine($"  the paper's recipe  {preset.Recipe}; data: {preset.Needs}");
        Console.WriteLine($"  here                {recipe}; data: {data.Name}, {data.Images.Count} images, validation {data.Validation?.Count ?? 0}");
        foreach (var row in rows.Where(row => row.Recipe is not null).DistinctBy(row => row.Recipe))
        {
            Console.WriteLine($"  {row.Label}: the paper's own recipe  {row.Recipe}");
        }

        var perEpoch = BatchLoader.BatchesPerEpoch(data.Images.Count, recipe.Batch);
        var steps = runs.Sum(run => run.Steps > 0 ? run.Steps : (long)run.Epochs * perEpoch);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {rows.Count} rows, {seeds.Length} seed(s): {runs.Count} runs, {steps:N0} steps in all"));
    }

    private static int[] NumberList(string text) => [.. text.Split(',').Select(part => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
        ? number
        : throw new UserErrorException(ExitCode.Usage, $"--widths '{text}': '{part}' is not a number of channels; write e.g. 16,32,64,128,128."))];
}
