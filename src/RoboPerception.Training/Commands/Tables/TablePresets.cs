using RoboPerception.Core;
using RoboPerception.Training.Networks;
using RoboPerception.Training.Networks.Pyramid;
using RoboPerception.Training.Reports;

namespace RoboPerception.Training.Commands.Tables;

/// <summary>What a table is drawn as beside its rows.</summary>
internal enum TableFigure
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Improvement over the single-task attention network by number of classes.</summary>
    Complexity,

    /// <summary>Validation curves of every weighting, one panel an architecture and metric.</summary>
    Curves,
}

/// <summary>What the rows of a table depend on.</summary>
/// <param name="Segmentation">Key of the segmentation of so many classes in these data; 0 = as the data have it.</param>
/// <param name="Has">Whether the data have ground truth for a task.</param>
/// <param name="Weightings">Weightings asked for; null = the table's.</param>
/// <param name="Trunk">hrnet or resnet: the trunk of MTI-Net's tables.</param>
internal sealed record TableContext(Func<int, string> Segmentation, Func<string, bool> Has, IReadOnlyList<string>? Weightings = null, string Trunk = "hrnet");

/// <summary>A table of a paper that one command reproduces.</summary>
internal sealed record TablePreset
{
    private static readonly string[] PaperWeightings = ["equal", "uncertainty", "dwa"];
    private static readonly string[] EveryWeighting = ["equal", "uncertainty", "dwa", "gradnorm", "dtp", "rlw", "pcgrad", "cagrad", "imtl", "famo", "nash", "aligned"];
    private static readonly string[] PascalTasks = ["human_parts", "sal", "edge", "normal"], NyudHelp = ["edge", "normal"];
    private static readonly int[] ClassCounts = [2, 7, 19];
    private static readonly TableRecipe MtanNyuRecipe = new() { Height = 288, Width = 384, Batch = 2, Schedule = "halved", Steps = 80_000 };
    private static readonly TableRecipe MtanCityRecipe = new() { Height = 128, Width = 256, Batch = 8, Schedule = "halved", Steps = 80_000 };
    private static readonly TableRecipe NyudRecipe = new() { Height = 480, Width = 640, Batch = 8, Schedule = "poly", Epochs = 100, L2 = 1e-4, Augment = true };
    private static readonly TableRecipe PascalRecipe = new() { Height = 512, Width = 512, Batch = 8, Schedule = "poly", Epochs = 100, L2 = 1e-4, Augment = true };
    private static readonly TableRecipe PascalSingleRecipe = PascalRecipe with { Epochs = 60, Optimizer = "sgd", LearningRate = 0.01 };

    /// <summary>Name on the command line.</summary>
    public required string Name { get; init; }

    /// <summary>The paper.</summary>
    public required string Paper { get; init; }

    /// <summary>Which of its tables or figures, and what it holds.</summary>
    public required string Shows { get; init; }

    /// <summary>The data that it is about.</summary>
    public required string Needs { get; init; }

    /// <summary>The paper's recipe.</summary>
    public required TableRecipe Recipe { get; init; }

    /// <summary>Its rows, the first is the baseline.</summary>
    public required Func<TableContext, IReadOnlyList<TableRow>> Rows { get; init; }

    /// <summary>Its columns.</summary>
    public IReadOnlyList<ResultColumn> Columns { get; init; } = ResultTable.MtanNyu;

    /// <summary>Last validated epochs that its figures are means of.</summary>
    public int Average { get; init; } = ResultTable.PaperEpochs;

    /// <summary>Its picture.</summary>
    public TableFigure Figure { get; init; }

    /// <summary>Classes to ask data with several label sets for; 0 = theirs.</summary>
    public int Classes { get; init; }

    /// <summary>Every table.</summary>
    public static IReadOnlyList<TablePreset> All { get; } =
    [
        new()
        {
            Name = "mtan-nyuv2", Paper = "MTAN (Liu, Johns, Davison, CVPR 2019)", Shows = "the NYUv2 table: 13 classes, depth and normals, seven architectures, three weightings",
            Needs = "NYU Depth v2", Recipe = MtanNyuRecipe, Rows = context => Mtan(context, Three(context), deep: true),
        },
        new()
        {
            Name = "mtan-cityscapes", Paper = "MTAN", Shows = "the CityScapes table: 7 classes and inverse depth, seven architectures, three weightings",
            Needs = "CityScapes", Recipe = MtanCityRecipe, Columns = ResultTable.MtanCityScapes, Classes = 7, Rows = context => Mtan(context, [context.Segmentation(7), "depth"], deep: true),
        },
        new()
        {
            Name = "task-complexity", Paper = "MTAN", Shows = "the figure 'effect of task complexity': improvement over the single-task attention network with 2, 7 and 19 classes, equal weights",
            Needs = "CityScapes with 19 classes", Recipe = MtanCityRecipe, Columns = ResultTable.MtanCityScapes, Classes = 19, Figure = TableFigure.Complexity, Rows = Complexity,
        },
        new()
        {
            Name = "weightings", Paper = "MTAN", Shows = "the figure of validation curves: how little MTAN, and how much cross-stitch, depends on the weighting; here with all twelve",
            Needs = "NYU Depth v2", Recipe = MtanNyuRecipe, Figure = TableFigure.Curves, Rows = Robustness,
        },
        new()
        {
            Name = "mtinet-nyud", Paper = "MTI-Net (Vandenhende, Georgoulis, Van Gool, ECCV 2020)", Shows = "the ablation on NYUD: single task, multi-task baseline, PAD-Net, MTI-Net by module, number of scales and auxiliary tasks",
            Needs = "NYUD_MT (40 classes, edges)", Recipe = NyudRecipe, Columns = ResultTable.MtiNyud, Average = 1, Rows = context => MtiNet(context, [context.Segmentation(0), "depth"], NyudHelp, null),
        },
        new()
        {
            Name = "mtinet-pascal", Paper = "MTI-Net", Shows = "the ablation on PASCAL: 21 classes, parts of people, saliency, edges and normals",
            Needs = "PASCAL_MT", Recipe = PascalRecipe, Columns = ResultTable.MtiPascal, Average = 1,
            Rows = context => MtiNet(context, [context.Segmentation(0), .. PascalTasks.Where(context.Has)], [], PascalSingleRecipe),
        },
        new()
        {
            Name = "edge-nyuv2", Paper = "ours", Shows = "the MTAN table with networks small enough for a robot, MTI-Net among them (give --widths 16,32,64,128,128)",
            Needs = "NYU Depth v2", Recipe = MtanNyuRecipe,
            Rows = context => [.. Mtan(context, Three(context), deep: false), .. Weighed(context, PaperWeightings, new TableRow("MTI-Net", MtiNetFamilies.HrNetFamily + ":channels=16,32,48,64;stage1=16;modules=1,1,1,1;blocks=1", Three(context)))],
        },
        new()
        {
            Name = "mini", Paper = "ours", Shows = "one task, split and MTAN with three weightings: a first look", Needs = "any", Recipe = MtanNyuRecipe,
            Rows = context => [One(Three(context)), .. Weighed(context, PaperWeightings, new TableRow("Split", NetworkSpec.Split, Three(context)), new TableRow("MTAN", NetworkSpec.Mtan, Three(context)))],
        },
    ];

    /// <summary>The table of a name.</summary>
    /// <exception cref="UserErrorException">There is none.</exception>
    public static TablePreset Find(string name) => All.FirstOrDefault(preset => preset.Name == name)
        ?? throw new UserErrorException(ExitCode.Usage, $"Table '{name}' is unknown; choose one of {string.Join(", ", All.Select(preset => preset.Name))}, {DecathlonTable.Name} ('table --help' says what each shows).");

    private static string[] Three(TableContext context) => [context.Segmentation(0), "depth", "normal"];

    private static TableRow One(IReadOnlyList<string> tasks) => new("One task", NetworkSpec.Single, tasks) { PerTask = true };

    private static TableRow Stan(IReadOnlyList<string> tasks) => new("STAN", NetworkSpec.Stan, tasks) { PerTask = true };

    private static IReadOnlyList<TableRow> Mtan(TableContext context, IReadOnlyList<string> tasks, bool deep)
    {
        TableRow[] shared =
        [
            new("Split, wide", NetworkSpec.Split + ":type=wide", tasks),
            .. deep ? [new TableRow("Split, deep", NetworkSpec.Split + ":type=deep", tasks)] : Array.Empty<TableRow>(),
            new("Dense", NetworkSpec.Dense, tasks),
            new("Cross-stitch", NetworkSpec.CrossStitch, tasks),
            new("MTAN", NetworkSpec.Mtan, tasks),
        ];
        return [One(tasks), Stan(tasks), .. Weighed(context, PaperWeightings, shared)];
    }

    private static IReadOnlyList<TableRow> Complexity(TableContext context) =>
    [
        .. ClassCounts.SelectMany(classes =>
        {
            string[] tasks = [context.Segmentation(classes), "depth"];
            return new TableRow[] { Stan(tasks), new("Split", NetworkSpec.Split, tasks, "equal"), new("Dense", NetworkSpec.Dense, tasks, "equal"), new("Cross-stitch", NetworkSpec.CrossStitch, tasks, "equal"), new("MTAN", NetworkSpec.Mtan, tasks, "equal") };
        }),
    ];

    private static IReadOnlyList<TableRow> Robustness(TableContext context) =>
        [One(Three(context)), .. Weighed(context, EveryWeighting, new TableRow("Cross-stitch", NetworkSpec.CrossStitch, Three(context)), new TableRow("MTAN", NetworkSpec.Mtan, Three(context)))];

    private static IEnumerable<TableRow> Weighed(TableContext context, string[] weightings, params TableRow[] rows) =>
        rows.SelectMany(row => (context.Weightings ?? weightings).Select(weighting => row with { Weighting = weighting }));

    private static IReadOnlyList<TableRow> MtiNet(TableContext context, IReadOnlyList<string> tasks, string[] auxiliary, TableRecipe? single)
    {
        var isHrNet = context.Trunk == "hrnet";
        var mti = isHrNet ? MtiNetFamilies.HrNetFamily : MtiNetFamilies.ResNetFamily;
        TableRow Net(string label, string options, params string[] with) => new(
            label, mti + (options.Length > 0 ? ":" + options : "") + (with.Length == 0 ? "" : $"{(options.Length > 0 ? ';' : ':')}aux={string.Join(',', with)}"), tasks, Weights([.. tasks, .. with]));

        string[][] helping = [.. Enumerable.Range(1, auxiliary.Length).Select(count => auxiliary.TakeLast(count).ToArray()).Where(keys => keys.All(context.Has))];
        return
        [
            // On a feature pyramid the baselines are MTI-Net's own trunk and heads without anything between the tasks.
            new("Single task", isHrNet ? HrNetBaseline.SingleFamily : mti + ":distillation=off;fpm=off", tasks) { PerTask = true, Recipe = single },
            new("Multi-task baseline", isHrNet ? HrNetBaseline.SplitFamily : mti + ":distillation=off;fpm=off", tasks, Weights(tasks)),
            .. isHrNet ? [new TableRow("PAD-Net", PadNet.Family, tasks, Weights(tasks))] : Array.Empty<TableRow>(),
            Net("MTI-Net, one scale", "scales=1"),
            Net("MTI-Net, two scales", "scales=2"),
            Net("MTI-Net, three scales", "scales=3"),
            Net("MTI-Net without feature propagation", "fpm=off"),
            Net("MTI-Net without squeeze-and-excitation", "se=off"),
            Net("MTI-Net without aggregation", "aggregation=off"),
            Net("MTI-Net", ""),
            .. helping.Select(keys => Net($"MTI-Net + {string.Join(", ", keys)}", "", keys)),
        ];
    }

    /// <summary>The fixed weights of MTI-Net (architectures.md section 3.8).</summary>
    private static string Weights(IReadOnlyList<string> tasks) => "fixed:" + string.Join(',', tasks.Select(task => task switch { "normal" => "10", "edge" => "50", "sal" => "5", "human_parts" => "2", _ => "1" }));
}
