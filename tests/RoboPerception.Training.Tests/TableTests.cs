using System.CommandLine;
using RoboPerception.Core;
using RoboPerception.Training.Commands;
using RoboPerception.Training.Commands.Tables;
using RoboPerception.Training.Data;
using RoboPerception.Training.Networks;
using RoboPerception.Training.Optimisation;
using RoboPerception.Training.Reports;
using RoboPerception.Training.Tasks;
using RoboPerception.Training.Weighting;

namespace RoboPerception.Training.Tests;

/// <summary>Promise: the papers' tables are there, complete, and small when asked.</summary>
public sealed class TableTests : IDisposable
{
    private readonly MiniatureData data = new(4);
    private readonly FormatFolder decathlon = new();
    private readonly string folder = Directory.CreateTempSubdirectory("roboperception").FullName;

    public void Dispose()
    {
        data.Dispose();
        decathlon.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private static readonly TableContext Everything = new(classes => classes == 0 ? "seg13" : $"rooms{classes}", _ => true);

    [Theory]
    [InlineData("mtan-nyuv2", 2 + (5 * 3))]
    [InlineData("mtan-cityscapes", 2 + (5 * 3))]
    [InlineData("task-complexity", 3 * 5)]
    [InlineData("weightings", 1 + (2 * 12))]
    [InlineData("mtinet-nyud", 10 + 2)]
    [InlineData("mtinet-pascal", 10)]
    [InlineData("edge-nyuv2", 2 + (5 * 3))]
    [InlineData("mini", 1 + (2 * 3))]
    public void Every_row_of_a_table_can_be_built_narrow(string name, int count)
    {
        var preset = TablePreset.Find(name);
        var rows = preset.Rows(Everything);
        Assert.Equal(count, rows.Count);
        Assert.Equal(count, rows.Distinct().Count());
        foreach (var same in rows.GroupBy(row => (row.Network, row.Runs[0])))
        {
            var row = same.First();
            using var network = PerceptionNetwork.Create(NetworkSpec.Parse(row.WithWidths(row.Network.Contains("segnet", StringComparison.Ordinal) ? [2, 2, 2, 2, 2] : [4, 4, 4, 4])), TaskList.Parse(row.Runs[0]));
            Assert.InRange(network.ParameterCount, 1, 1_000_000);

            // Every weighting works on its network; fixed ones name as many weights as tasks are trained.
            Assert.All(same.Where(other => other.Weighting.Length > 0), other => Assert.NotNull(TaskWeightings.Create(other.Weighting, network)));
        }
    }

    [Theory]
    [InlineData("mtan-cityscapes", "2,2,2,2,2 --weightings equal", 7, 1)]
    [InlineData("task-complexity", "2,2,2,2,2", 15, 3)]
    [InlineData("weightings", "2,2,2,2,2 --weightings equal,dwa --seeds 2", 5 + 2, 2)]
    [InlineData("mtinet-nyud", "4,4,4,4", 11, 1)]
    [InlineData("mtinet-pascal", "4,4,4,4 --limit 2", 10, 1)]
    public void A_table_runs_small_and_has_the_papers_rows(string name, string size, int rows, int tables)
    {
        Assert.Equal(0, Run($"table {name} --data {data.Folder} --ids ids.txt --val-ids ids.txt --out {folder} --size 32x32 --epochs 1 --batch 2 --lr 1e-3 --threads 1 --widths {size}"));
        var lines = File.ReadAllLines(Path.Combine(folder, "table.md"));
        Assert.Equal(rows + (2 * tables), lines.Count(line => line.StartsWith('|')));
        Assert.Equal(tables, lines.Count(line => line.StartsWith("|---", StringComparison.Ordinal)));
        Assert.DoesNotContain(lines, line => line.Contains("NaN", StringComparison.Ordinal));
        Assert.Equal(size.Contains("--seeds", StringComparison.Ordinal), lines.Any(line => line.Contains('±')));
        var figure = Path.Combine(folder, TableReport.FigureName);
        Assert.Equal(TablePreset.Find(name).Figure != TableFigure.None, File.Exists(figure));
        if (File.Exists(figure))
        {
            // Four metrics; or three metrics of two architectures.
            Assert.Equal(name == "weightings" ? 6 : 4, System.Xml.Linq.XDocument.Load(figure).Root!.Elements().Count(element => element.Name.LocalName == "g"));
        }
    }

    [Fact]
    public void The_decathlon_runs_small_goes_on_and_takes_what_is_finished()
    {
        foreach (var split in new[] { "train", "val" })
        {
            for (byte n = 0; n < 2; n++)
            {
                var shade = (byte)(20 * n);
                decathlon.Image($"dtd/{split}/dark/{n}.png", 72, 80, i => (shade, (byte)(i % 40), 10));
                decathlon.Image($"svhn/{split}/0/{n}.png", 72, 72, i => (30, (byte)(180 + (i % 40)), shade));
            }
        }

        var command = $"table decathlon --data {decathlon.At(".")} --out {folder} --epochs 2 --widths 10,1 --batch 2 --limit 2 --seeds 2";
        Assert.Equal(0, Run(command));
        var table = File.ReadAllText(Path.Combine(folder, "table.md"));
        Assert.Matches(@"\| – \| – \| – \| – \| [\d.]+ ±[\d.]+ \| – \| – \| – \| [\d.]+ ±[\d.]+ \| – \| [\d.]+ ±[\d.]+ \| – \|", table);
        var checkpoint = File.GetLastWriteTimeUtc(Path.Combine(folder, "seed1", "last.ckpt"));
        Assert.Equal(0, Run(command));
        Assert.Equal((table, checkpoint), (File.ReadAllText(Path.Combine(folder, "table.md")), File.GetLastWriteTimeUtc(Path.Combine(folder, "seed1", "last.ckpt"))));
        Assert.Equal(2, Run(command.Replace("--epochs 2", "--epochs 4", StringComparison.Ordinal)));
        Assert.Equal(2, Run(command + " --so-far"));

        // One run of it by itself, from what it left.
        Assert.Equal(0, DecathlonCommand.Create().Parse(["--config", Path.Combine(folder, "seed2", "experiment.yaml"), "--out", Path.Combine(folder, "again")]).Invoke());
        var (first, again) = (DecathlonTrainer.ReadState(Path.Combine(folder, "seed2")), DecathlonTrainer.ReadState(Path.Combine(folder, "again")));
        Assert.Equal(first.Losses, again.Losses);
        Assert.Equal(File.ReadAllText(Path.Combine(folder, "seed2", "experiment.yaml")), File.ReadAllText(Path.Combine(folder, "again", "experiment.yaml")));
    }

    [Fact]
    public void A_cell_can_be_repeated_from_its_own_experiment_file_and_a_table_so_far_names_what_is_missing()
    {
        // Rooms that are rendered once, fewer than the address names, with their own label sets: all of it is in the file.
        var command = $"table task-complexity --data scene://samples?seed=1&count=20 --limit 4 --out {folder} --size 32x32 --epochs 1 --batch 2 --lr 1e-3 --threads 1 --widths 2,2,2,2,2";
        Assert.Equal(0, Run(command));
        var whole = File.ReadAllText(Path.Combine(folder, "table.md"));
        var cells = Directory.GetDirectories(folder);
        Assert.Equal(16, cells.Length);
        Assert.All(cells, cell => Assert.True(File.Exists(Path.Combine(cell, "experiment.yaml"))));
        var one = Path.Combine(folder, "mtan-segnet-widths-2_2_2_2_2-rooms7,depth-equal-seed1");
        var again = Path.Combine(folder, "again");
        Assert.Equal(0, TrainCommand.Create().Parse(["--config", Path.Combine(one, "experiment.yaml"), "--out", again]).Invoke());
        Assert.Equal(Figures(one), Figures(again));

        Directory.Delete(again, recursive: true);
        Directory.Delete(one, recursive: true);
        Assert.Equal(0, Run(command + " --so-far"));
        var part = File.ReadAllLines(Path.Combine(folder, "table.md"));
        Assert.Contains("Not finished, 1 of 15 rows: MTAN, 7 classes (all seeds).", part);
        Assert.Single(part, line => line.EndsWith("| MTAN | equal | – | – | – | – | – |", StringComparison.Ordinal));
        Assert.Contains("Not finished, 1 of 15 rows", File.ReadAllText(Path.Combine(folder, "figure.svg")), StringComparison.Ordinal);
        Assert.False(Directory.Exists(one), "nothing is trained");
        Assert.Equal(0, Run(command));
        Assert.Equal(whole, File.ReadAllText(Path.Combine(folder, "table.md")));

        static string Figures(string run)
        {
            using var epoch = System.Text.Json.JsonDocument.Parse(File.ReadLines(Path.Combine(run, "log.jsonl")).Single());
            return epoch.RootElement.GetProperty("losses").GetRawText() + epoch.RootElement.GetProperty("metrics").GetRawText();
        }
    }

    [Fact]
    public void A_figure_of_some_seeds_says_of_how_many_it_is()
    {
        static Dictionary<string, double> Figures(double miou) => new() { ["segmentation.miou_pooled"] = miou, ["depth.rmse_pooled"] = 1 };
        ResultRow single = new("Single task", "", 2, [Figures(0.20), Figures(0.40)]), multi = new("MTI-Net", "", 2, [new Dictionary<string, double>(), Figures(0.44)]);
        var table = ResultTable.Markdown([single, multi], 1, ResultTable.MtiNyud);
        Assert.Contains("| 2 | MTI-Net | **44.00 (1 of 2)** | **1.0000 (1 of 2)** | +5.00 (1 of 2) |", table, StringComparison.Ordinal);
    }

    [Fact]
    public void A_feature_pyramid_carries_the_rows_of_mti_net_too()
    {
        foreach (var row in TablePreset.Find("mtinet-nyud").Rows(Everything with { Trunk = "resnet" }))
        {
            using var network = PerceptionNetwork.Create(NetworkSpec.Parse(row.WithWidths([4, 4, 4, 4])), TaskList.Parse(row.Runs[0]));
            Assert.Contains("resnet", network.Spec.Family, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_paper_trains_on_nyu_for_exactly_80000_steps_halved_at_40000()
    {
        var recipe = TablePreset.Find("mtan-nyuv2").Recipe;
        var options = recipe.ToOptions("mtan-segnet", "seg13,depth,normal", "equal", 1, images: 795);
        Assert.Equal(202, options.Epochs);
        Assert.Equal((80_000L, 2, 1e-4, "adam", 288, 384, false), (options.Steps, options.BatchSize, options.LearningRate, options.Optimizer, options.Height, options.Width, options.Augment));
        Assert.Equal(1, LearningRateSchedule.Factor(options.Schedule, 39_999 / 80_000.0, 100));
        Assert.Equal(0.5, LearningRateSchedule.Factor(options.Schedule, 40_000 / 80_000.0, 100));
    }

    [Fact]
    public void A_table_of_several_seeds_tells_mean_and_standard_deviation_and_gains_seed_by_seed()
    {
        static Dictionary<string, double> Figures(double miou, double rmse) => new() { ["segmentation.miou_pooled"] = miou, ["depth.rmse_pooled"] = rmse };
        ResultRow single = new("Single task", "", 2, [Figures(0.20, 1), Figures(0.40, 1)]), multi = new("MTI-Net", "", 3, [Figures(0.22, 1), Figures(0.44, 1)]);
        var table = ResultTable.Markdown([single, multi], 1, ResultTable.MtiNyud);

        // +10 % of mIoU and 0 of depth with either seed: the seeds' own difference does not show in the gain.
        Assert.Contains("| 3 | MTI-Net | **33.00 ±15.56** | **1.0000 ±0.0000** | +5.00 ±0.00 |", table, StringComparison.Ordinal);
        Assert.DoesNotContain("Weighting", table, StringComparison.Ordinal);
    }

    [Fact]
    public void The_decathlon_has_its_ten_columns_mean_and_score_in_the_papers_order()
    {
        double[] accuracies = [63.90, 61.81, 81.59, 91.63, 56.44, 98.80, 81.04, 89.83, 96.88, 50.63];
        string[] sets = ["imagenet12", "aircraft", "cifar100", "daimlerpedcls", "dtd", "gtsrb", "vgg-flowers", "omniglot", "svhn", "ucf101"];
        DecathlonResult[] results = [.. sets.Zip(accuracies, (name, accuracy) => new DecathlonResult(name, 1, 100 - accuracy, DecathlonScore.Points(name, 100 - accuracy)))];
        var table = DecathlonTable.Markdown(1.74, [results]);

        // The paper's row; its own score is 2941, from figures it did not round.
        Assert.Contains("| MTAN | 1.74 | 63.90 | 61.81 | 81.59 | 91.63 | 56.44 | 98.80 | 81.04 | 89.83 | 96.88 | 50.63 | 77.26 | 2943 |", table, StringComparison.Ordinal);
        var nine = DecathlonTable.Markdown(1.74, [results[..9]]);
        Assert.Contains("| 96.88 | – |", nine, StringComparison.Ordinal);
        Assert.Contains("the score needs all ten", nine, StringComparison.Ordinal);
    }

    [Fact]
    public void Rooms_have_label_sets_of_2_7_and_19_classes()
    {
        // Floor, a table's top and side, a wall, nothing.
        var image = new LabeledImage(1, 5);
        (byte Label, sbyte Y)[] pixels = [(4, -127), (9, -127), (9, 0), (11, 0), (ClassMap.Unlabelled, 0)];
        for (var x = 0; x < 5; x++)
        {
            (image.Labels[x], image.Normals[(3 * x) + 1]) = pixels[x];
        }

        RoomClasses.AddTo(image);
        Assert.Equal([0, 1, 1, 0, 255], image.OtherLabels[2]);
        Assert.Equal([0, 5, 5, 1, 255], image.OtherLabels[7]);
        Assert.Equal([4, 18, 9, 11, 255], image.OtherLabels[19]);
        Assert.Equal("top of table", TaskList.Parse("rooms19")[0].Classes!.Classes[18].Name);
        Assert.Equal("rooms7,depth", TaskList.Names(TaskList.Parse("rooms7,depth")));
    }

    private static int Run(string command) => TableCommand.Create().Parse(command.Split(' ')[1..]).Invoke();

    [Theory]
    [InlineData("")]
    [InlineData(" --stream")]
    public void A_label_set_of_rooms_can_be_trained_and_measured_by_itself(string how)
    {
        var run = Path.Combine(folder, "run");
        Assert.Equal(0, TrainCommand.Create().Parse($"--data {data.Folder} --ids ids.txt --val-ids ids.txt --tasks rooms7,depth --network split-segnet:widths=2,2,2,2,2 --size 32x32 --epochs 1 --threads 1 --out {run}{how}".Split(' ')).Invoke());
        Assert.Equal(0, EvaluateCommand.Create().Parse($"{run}/best.ckpt --data {data.Folder} --ids ids.txt --json {run}/figures.json".Split(' ')).Invoke());
        Assert.Contains("bed or table", File.ReadAllText(Path.Combine(run, "figures.json")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 1, "0 0.2 0.4 0.6 0.8 1")]
    [InlineData(0.93, 11.7, "2 4 6 8 10")]
    [InlineData(-0.031, 0.012, "-0.03 -0.02 -0.01 0 0.01")]
    public void Ticks_are_round(double low, double high, string ticks) =>
        Assert.Equal(ticks, string.Join(' ', SvgFigure.Ticks(low, high).Select(tick => tick.ToString(System.Globalization.CultureInfo.InvariantCulture))));
}
