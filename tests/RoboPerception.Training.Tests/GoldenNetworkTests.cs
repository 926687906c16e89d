using RoboPerception.Training.Parity;
using static TorchSharp.torch;

namespace RoboPerception.Training.Tests;

/// <summary>Files of reference values are recognised by what they hold, for every network.</summary>
public sealed class GoldenNetworkTests : IDisposable
{
    private readonly string path = Path.GetTempFileName();

    public void Dispose() => File.Delete(path);

    [Theory]
    [InlineData("stan-segnet:widths=2,3,4,5,5", "normal")]
    [InlineData("single-segnet:widths=2,3,4,5,5", "seg13")]
    [InlineData("split-segnet:widths=2,3,4,5,7", "seg13,depth,normal")]
    [InlineData("split-segnet:type=deep;widths=2,3,4,5,5", "seg13,depth,normal")]
    [InlineData("dense-segnet:widths=2,3,4,5,5", "seg7,depth")]
    [InlineData("cross-stitch-segnet:widths=2,3,4,5,5", "seg13,depth,normal")]
    [InlineData("cross-stitch-segnet:mode=paper;widths=2,3,4,5,5", "seg13,depth,normal")]
    [InlineData("mtan-resnet:stem=4;blocks=2,2,3,2;middle=2,3,4,5;output=8,12,16,20;head=6;dropout=off", "seg13,depth,normal")]
    [InlineData("mtan-resnet:depth=18;stem=4;middle=4,8,12,16;head=6;dropout=off;attention=full;refinement=basic", "seg13,depth")]
    public void A_file_of_mtans_repository_is_recognised_and_agrees(string spec, string tasks)
    {
        random.manual_seed(29);
        using var network = SegNetFamilyTests.Create(spec, tasks);
        Exports.Shake(network);
        GoldenWriter.Write(path, "any name", $$"""{"tasks": [{{string.Join(',', network.Tasks.Select(task => $"\"{task.Key}\""))}}]}""", network, mti: false);
        Agrees();
    }

    [Theory]
    [InlineData("nddr-resnet", "{0}")]
    [InlineData("nddr-resnet", "network.{0}")]
    [InlineData("cross-stitch-resnet", "{0}")]
    public void A_file_of_parallel_networks_is_recognised_and_agrees(string family, string pattern)
    {
        random.manual_seed(31);
        using var network = SegNetFamilyTests.Create(family + ":stem=4;blocks=1,2,1,1;middle=2,3,4,5;output=8,12,16,20;head=6;dropout=off", "seg13,depth,normal");
        Exports.Shake(network);
        GoldenWriter.Write(
            path, "any name", """{"tasks": ["semseg", "depth", "normals"]}""", network, mti: true, name => string.Format(System.Globalization.CultureInfo.InvariantCulture, pattern, name));
        Agrees();
    }

    [Theory]
    [InlineData("backbone.depth.layer1.0.conv2.weight", "backbone.depth.layer1.0.conv2.weight")]
    [InlineData("single_task.depth.backbone.conv1.weight", "backbone.depth.conv1.weight")]
    [InlineData("nddr.depth.layer3.bn.running_mean", "nddr.layer3.depth.bn.running_mean")]
    [InlineData("nddr.stem.nddr_layer.semseg.bn.bias", "nddr.stem.semseg.bn.bias")]
    [InlineData("cross_stitch.layer2.cross_stitch_unit.semseg.depth", "cross_stitch.layer2.semseg.depth")]
    [InlineData("decoders.semseg.0.project.1.bias", "heads.semseg.0.project.1.bias")]
    public void Names_in_another_order_find_their_parameter(string key, string expected) =>
        Assert.Equal(expected, ParallelKeys.Canonical(key, [1], ["semseg", "depth"]));

    [Theory]
    [InlineData("single-resnet", "semseg", "heads.semseg.", "decoder.")]
    [InlineData("split-resnet", "semseg,depth,normals", "heads.", "decoders.")]
    public void A_file_of_a_baseline_on_a_residual_network_is_recognised_and_agrees(string family, string tasks, string ours, string theirs)
    {
        random.manual_seed(37);
        using var network = SegNetFamilyTests.Create(family + ":depth=18;stem=4;blocks=1,2,1,1;middle=4,8,12,16;head=6;dropout=off;upsample=half", tasks == "semseg" ? "seg13" : "seg13,depth,normal");
        Exports.Shake(network);
        GoldenWriter.Write(path, "any name", Config(tasks), network, mti: true, name => name.Replace(ours, theirs, StringComparison.Ordinal));
        Agrees();
    }

    [Fact]
    public void A_file_of_the_attention_network_with_the_other_repositorys_names_is_recognised_and_agrees()
    {
        string[] tasks = ["semseg", "depth", "normals"];
        random.manual_seed(41);
        using var network = SegNetFamilyTests.Create("mtan-resnet:depth=18;stem=4;blocks=2,2,2,2;middle=4,8,12,16;head=6;dropout=off;upsample=half", "seg13,depth,normal");
        Exports.Shake(network);
        GoldenWriter.Write(path, "any name", Config(string.Join(',', tasks)), network, mti: true, Theirs);
        Agrees();

        string Theirs(string name)
        {
            name = name.Replace("shared_conv.0.", "backbone.conv1.", StringComparison.Ordinal).Replace("shared_conv.1.", "backbone.bn1.", StringComparison.Ordinal);
            for (var s = 1; s <= 4; s++)
            {
                name = name.Replace($"shared_layer{s}_b.", $"backbone.layer{s}.", StringComparison.Ordinal).Replace($"shared_layer{s}_t.", $"backbone.layer{s}.1.", StringComparison.Ordinal);
                name = name.Replace($"encoder_block_att_{s}.", $"refine_{s}.0.", StringComparison.Ordinal);
                for (var k = 0; k < tasks.Length; k++)
                {
                    name = name.Replace($"encoder_att_{s}.{k}.", $"attention_{s}.{tasks[k]}.", StringComparison.Ordinal).Replace($"decoders.{k}.", $"heads.{tasks[k]}.", StringComparison.Ordinal);
                }
            }

            return name;
        }
    }

    [Theory]
    [InlineData("single-hrnet:channels=8,8,12,12;stage1=8;modules=1,1,1,1;blocks=1", "normals")]
    [InlineData("single-hrnet:channels=8,8,12,12;stage1=8;modules=1,1,1,1;blocks=1", "sal")]
    [InlineData("split-hrnet:channels=8,8,12,12;stage1=8;modules=1,1,2,1;blocks=1", "semseg,depth,normals")]
    [InlineData("split-hrnet:channels=8,8,12,12;stage1=8;modules=2,1,1,1;blocks=1", "semseg,human_parts,sal")]
    [InlineData("padnet-hrnet:channels=8,8,12,12;stage1=8;modules=1,1,1,1;blocks=1;feature=16;bottleneck=8", "semseg,depth,normals")]
    [InlineData("padnet-hrnet:channels=8,8,12,12;stage1=8;modules=1,1,1,1;blocks=1;feature=16;bottleneck=8", "semseg,depth", "edge,normals")]
    [InlineData("mtinet-hrnet:channels=8,8,12,12;stage1=8;modules=1,1,1,1;blocks=1;softmax=channels", "semseg,depth,normals")]
    [InlineData("mtinet-hrnet:channels=8,8,12,12;stage1=8;modules=1,1,1,1;blocks=1;softmax=channels", "semseg,depth", "normals,semseg,edge,depth")]
    [InlineData("mtinet-hrnet:channels=8,8,12,12;stage1=8;modules=1,1,1,1;blocks=1;softmax=channels", "semseg,human_parts,sal,edge,normals")]
    [InlineData("mtinet-resnet:depth=18;stem=8;blocks=1,1,1,1;middle=8,8,12,12;width=16;softmax=channels", "semseg,depth,normals")]
    public void A_file_of_a_pyramid_network_is_recognised_and_agrees(string spec, string tasks, string auxiliary = "")
    {
        WritePyramid(spec, tasks, auxiliary);
        Agrees();
    }

    [Theory]
    [InlineData("", true)]
    [InlineData(", \"edge_pos_weight\": 0.95", true)]
    [InlineData(", \"edge_pos_weight\": 0.8", false)]
    public void The_weight_of_edges_that_the_metadata_names_counts_for_a_task_that_only_helps(string entry, bool agrees)
    {
        WritePyramid("mtinet-hrnet:channels=8,8,12,12;stage1=8;modules=1,1,1,1;blocks=1;softmax=channels", "semseg,depth", "edge", entry);
        Assert.Equal(agrees, ParityChecks.Compare(path).Single(deviation => deviation.Group == "loss").Passed);
    }

    [Theory]
    [InlineData("mtinet-hrnet:channels=8,8,12,12;stage1=8;modules=1,1,1,1;blocks=1;softmax=channels;aux=edge", "seg13,depth,normal")]
    [InlineData("split-hrnet:channels=8,8,12,12;stage1=8;modules=1,1,1,1;blocks=1", "depth,normal")]
    public void Tasks_that_the_metadata_leaves_out_are_read_off_the_parameters(string spec, string tasks)
    {
        random.manual_seed(59);
        using var network = SegNetFamilyTests.Create(spec, tasks);
        GoldenWriter.Write(path, "any name", """{"family": "mtlpt"}""", network, mti: true, keep: name => name != "output/depth" && name != "train_output/depth");
        Agrees();
    }

    [Theory]
    [InlineData("output/", "output")]
    [InlineData("loss/", "loss")]
    [InlineData("train_output/depth", "train_output")]
    [InlineData("grad/", "grad")]
    [InlineData("train_state/", "train_state")]
    public void What_a_file_holds_is_compared_and_no_more(string kept, string group)
    {
        random.manual_seed(47);
        using var network = SegNetFamilyTests.Create("split-segnet:widths=2,3,4,5,5", "seg13,depth,normal");
        Exports.Shake(network);
        GoldenWriter.Write(
            path, "any name", """{"tasks": ["seg", "depth", "normal"]}""", network, mti: false, keep: name => name == "input" || name.StartsWith("param/", StringComparison.Ordinal) || name.StartsWith("target/", StringComparison.Ordinal) || name.StartsWith(kept, StringComparison.Ordinal));
        var deviation = Assert.Single(ParityChecks.Compare(path));
        Assert.Equal(group, deviation.Group);
        Assert.True(deviation.Passed, deviation.ToString());
    }

    [Fact]
    public void What_nothing_here_computes_is_told()
    {
        random.manual_seed(53);
        using var network = SegNetFamilyTests.Create("single-segnet:widths=2,3,4,5,5", "seg13");
        GoldenWriter.Write(path, "any name", """{"tasks": ["seg"]}""", network, mti: false, name => name, keep: name => !name.StartsWith("target/", StringComparison.Ordinal));
        var result = ParityChecks.Examine(path);
        Assert.Contains("loss/total", result.LeftOut);
        Assert.DoesNotContain("grad", result.Deviations.Select(deviation => deviation.Group));
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("""{"tasks": ["seg", "smell"]}""")]
    [InlineData("""{"tasks": ["depth", "seg", "normal"]}""")]
    [InlineData("""{"tasks": 3}""")]
    public void Metadata_that_does_not_fit_is_an_error_for_people(string config)
    {
        using var network = SegNetFamilyTests.Create("split-segnet:widths=2,3,4,5,5", "seg13,depth,normal");
        GoldenWriter.Write(path, "any name", config, network, mti: false);
        var error = Record.Exception(() => Assert.DoesNotContain(ParityChecks.Compare(path), deviation => !deviation.Passed));
        Assert.True(error is null or RoboPerception.Core.UserErrorException or Xunit.Sdk.DoesNotContainException, error?.ToString());
    }

    private void WritePyramid(string spec, string tasks, string auxiliary, string entries = "")
    {
        random.manual_seed(43);
        var ours = tasks.Replace("semseg", "seg13", StringComparison.Ordinal).Replace("normals", "normal", StringComparison.Ordinal).Replace("human_", "", StringComparison.Ordinal);
        using var network = SegNetFamilyTests.Create(auxiliary.Length > 0 ? $"{spec};aux={auxiliary}" : spec, ours);
        Exports.Shake(network);
        GoldenWriter.Write(path, "any name", Config(tasks, $", \"aux_tasks\": [{Quoted(auxiliary)}]{entries}"), network, mti: true);
    }

    private static string Config(string tasks, string entries = "") => $$"""{"tasks": [{{Quoted(tasks)}}], "family": "mtlpt"{{entries}}}""";

    private static string Quoted(string names) => names.Length == 0 ? "" : $"\"{names.Replace(",", "\", \"", StringComparison.Ordinal)}\"";

    private void Agrees()
    {
        var deviations = ParityChecks.Compare(path);
        Assert.Equal(["output", "train_output", "loss", "grad", "train_state"], deviations.Select(deviation => deviation.Group));
        Assert.All(deviations, deviation => Assert.True(deviation.Passed, deviation.ToString()));
    }
}
