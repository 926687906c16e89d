using RoboPerception.Training.Parity;
using static TorchSharp.torch;

namespace RoboPerception.Training.Tests;

/// <summary>Files of reference values are recognised by what they hold, for every network.</summary>
public sealed class Golden_network_tests : IDisposable
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
        using var network = SegNet_family_tests.Create(spec, tasks);
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
        using var network = SegNet_family_tests.Create(family + ":stem=4;blocks=1,2,1,1;middle=2,3,4,5;output=8,12,16,20;head=6;dropout=off", "seg13,depth,normal");
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

    private void Agrees()
    {
        var deviations = ParityChecks.Compare(path);
        Assert.Equal(["output", "train_output", "loss", "grad", "train_state"], deviations.Select(deviation => deviation.Group));
        Assert.All(deviations, deviation => Assert.True(deviation.Passed, deviation.ToString()));
    }
}
