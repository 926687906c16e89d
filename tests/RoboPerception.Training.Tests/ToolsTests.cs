using RoboPerception.Core;
using RoboPerception.Training.Commands;
using RoboPerception.Training.Data;
using RoboPerception.Training.Networks;
using RoboPerception.Training.Optimisation;
using RoboPerception.Training.Reports;
using RoboPerception.Training.Tasks;
using static TorchSharp.torch;

namespace RoboPerception.Training.Tests;

public sealed class ToolsTests
{
    [Fact]
    public void Affinity_counts_the_pairs_on_which_two_tasks_agree()
    {
        // One row: classes a a b b, depth one step between the last two, normals all alike.
        var image = new LabeledImage(1, 4);
        (byte[] classes, ushort[] depth) = ([1, 1, 2, 2], [1000, 1000, 1000, 2000]);
        for (var x = 0; x < 4; x++)
        {
            (image.Labels[x], image.DepthMillimetres[x], image.Normals[(3 * x) + 2]) = (classes[x], depth[x], -127);
        }

        var affinity = new PixelAffinity([1, 2]);
        affinity.Add(image);

        // Neighbours: alike in class +-+, in depth ++-, in normals +++.
        Assert.Equal([1.0 / 3, 2.0 / 3, 2.0 / 3], Enumerable.Range(0, 3).Select(pair => affinity.Agreement(0, pair)));

        // Two apart: in class --, in depth +-, in normals ++.
        Assert.Equal([0.5, 0, 0.5], Enumerable.Range(0, 3).Select(pair => affinity.Agreement(1, pair)));
    }

    [Fact]
    public void Pairs_with_a_pixel_without_ground_truth_are_left_out()
    {
        var affinity = new PixelAffinity([1]);
        affinity.Add(new LabeledImage(4, 4));
        Assert.All(Enumerable.Range(0, 3), pair => Assert.Equal(double.NaN, affinity.Agreement(0, pair)));
    }

    [Fact]
    public void Every_attention_mask_of_every_task_is_caught()
    {
        using var network = PerceptionNetwork.Create(new NetworkSpec(NetworkSpec.Mtan, [2, 2, 4, 4, 4]), TaskDescription.NyuThree);
        using var scope = NewDisposeScope();
        var masks = AttentionMasks.Of(network, rand(1, 3, 32, 32));
        Assert.Equal(3 * 2 * 5, masks.Count);
        Assert.Equal(30, masks.Select(mask => mask.Name).Distinct().Count());
        var finest = masks.Single(mask => mask.Name == "depth.encoder_att.0");
        Assert.Equal((2, 32, 32), (finest.Channels, finest.Height, finest.Width));
        Assert.All(masks.SelectMany(mask => mask.Values), value => Assert.InRange(value, 0, 1));
        Assert.Empty(AttentionMasks.Of(PerceptionNetwork.Create(new NetworkSpec(NetworkSpec.Split, [2, 2, 2, 2, 2]), TaskDescription.NyuThree), rand(1, 3, 32, 32)));
    }

    [Fact]
    public void The_most_varied_channel_is_shown_first()
    {
        var mask = new AttentionMask("m", [0.5f, 0.5f, 0, 1, 0.4f, 0.6f], 3, 1, 2);
        Assert.Equal([1, 2], mask.MostVaried(2));
        Assert.All(mask.Mean().Zip([0.3f, 0.7f]), pair => Assert.Equal(pair.Second, pair.First, 1e-6));
    }

    [Fact]
    public void A_table_has_the_gain_of_the_papers_rows()
    {
        // Spec 7.2: MTAN with equal weights gains 11.69 % over one task (mean inside each task, then over tasks).
        var single = new ResultRow("One task", "", 3, Paper(15.10, 51.54, .7508, .3266, 31.76, 25.51, 22.12, 45.33, 57.13));
        var mtan = new ResultRow("MTAN", "equal", 2, Paper(17.72, 55.32, .5906, .2577, 31.44, 25.37, 23.17, 45.65, 57.48));
        Assert.Equal(0.1169, ResultTable.Gain(mtan, single), 4);
        var table = ResultTable.Markdown([single, mtan], 1);
        Assert.Contains("| 2 | MTAN | equal | **17.72** | **55.32** | **0.5906** |", table, StringComparison.Ordinal);
        Assert.Contains("| 3 | One task | – | 15.10 |", table, StringComparison.Ordinal);
        Assert.Contains("+11.69", table, StringComparison.Ordinal);

        static Dictionary<string, double> Paper(params double[] v) => new()
        {
            ["segmentation.miou_legacy"] = v[0] / 100,
            ["segmentation.pixel_accuracy_legacy"] = v[1] / 100,
            ["depth.absolute_error_legacy"] = v[2],
            ["depth.relative_error_legacy"] = v[3],
            ["normals.mean_angle_legacy"] = v[4],
            ["normals.median_angle_legacy"] = v[5],
            ["normals.below_11_25_legacy"] = v[6] / 100,
            ["normals.below_22_5_legacy"] = v[7] / 100,
            ["normals.below_30_legacy"] = v[8] / 100,
        };
    }

    [Fact]
    public void A_table_takes_the_mean_of_the_last_ten_validated_epochs()
    {
        EpochLog[] log = [.. Enumerable.Range(1, 15).Select(epoch => new EpochLog(epoch, epoch, 0, 0, new Dictionary<string, double>(), new Dictionary<string, double> { ["m"] = epoch }, null))];
        Assert.Equal(10.5, ResultTable.LastEpochs(log)["m"]);
    }

    [Fact]
    public void An_experiment_that_a_run_leaves_is_read_as_it_was_meant()
    {
        string[] typed = ["--data", "scene://samples?seed=2&count=3", "--teacher", "it's.ckpt", "--teacher", "b.onnx", "--no-augmentation", "--lr", "1e-3", "--weighting", "fixed:2,1,1"];
        var text = Experiment.Text(TrainCommand.Create().Parse(typed), TrainOptions.Groups, TrainOptions.NotOfTheExperiment);
        var read = TrainCommand.Create().Parse([.. Experiment.Arguments("experiment.yaml", text, TrainCommand.Create().Parse([]))]);
        Assert.Empty(read.Errors);
        Assert.Equal(["it's.ckpt", "b.onnx"], read.GetValue(TrainOptions.Teachers)!);
        Assert.Equal(
            ("scene://samples?seed=2&count=3", true, false, 1e-3, "fixed:2,1,1", 2),
            (read.GetValue(TrainOptions.Data), read.GetValue(TrainOptions.NoAugmentation), read.GetValue(TrainOptions.NoColourJitter), read.GetValue(TrainOptions.LearningRate), read.GetValue(TrainOptions.Weighting), read.GetValue(TrainOptions.BatchSize)));
    }

    [Theory]
    [InlineData("seg7,depth", "seg,depth")]
    [InlineData("logdepth", "depth")]
    [InlineData("rooms19,depth", "seg,depth")]
    public void Task_lists_are_read(string text, string keys) => Assert.Equal(keys, string.Join(',', TaskList.Parse(text).Select(task => task.Key)));

    [Theory]
    [InlineData("seg,flow", "'flow'")]
    [InlineData("seg14", "14 classes")]
    [InlineData("seg,seg40", "twice")]
    public void Wrong_task_lists_are_refused(string text, string message) =>
        Assert.Contains(message, Assert.Throws<UserErrorException>(() => TaskList.Parse(text)).Message, StringComparison.Ordinal);
}
