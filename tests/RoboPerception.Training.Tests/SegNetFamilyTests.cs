using System.Globalization;
using RoboPerception.Core;
using RoboPerception.Training.Networks;
using RoboPerception.Training.Tasks;
using static TorchSharp.torch;

namespace RoboPerception.Training.Tests;

/// <summary>The members of the SegNet family against the published counts, and how each shares.</summary>
public sealed class SegNetFamilyTests
{
    private const string Tiny = "widths=4,4,4,4,4";

    [Theory]
    [InlineData("single-segnet", "depth", 24_980_289)]
    [InlineData("single-segnet", "normal", 24_980_419)]
    [InlineData("stan-segnet", "normal", 38_185_155)]
    [InlineData("cross-stitch-segnet:mode=paper", "seg13,depth,normal", 74_941_807 - 27 + 81)]
    [InlineData("single-segnet", "seg7", 24_980_679)]
    [InlineData("stan-segnet", "seg7", 38_185_415)]
    [InlineData("split-segnet", "seg7,depth", 25_017_674)]
    [InlineData("split-segnet:type=wide", "seg7,depth", 43_896_650)]
    [InlineData("split-segnet:type=deep", "seg7,depth", 50_770_250)]
    [InlineData("dense-segnet", "seg7,depth", 90_796_895)]
    [InlineData("cross-stitch-segnet", "seg7,depth", 49_960_988)]
    [InlineData("mtan-segnet", "seg7,depth", 41_206_986)]
    public void A_network_has_the_published_number_of_parameters(string spec, string tasks, long expected)
    {
        using var network = Shapes.Of(() => Create(spec, tasks));
        Assert.Equal(expected, network.ParameterCount);
    }

    [Theory]
    [InlineData("dense-segnet", "encoder_block. 14723136, decoder_block. 10190631, encoder_block_t.2. 18630720, decoder_block_t.1. 14275392")]
    [InlineData("cross-stitch-segnet", "encoder_block_t.0. 14723136, decoder_block_t.2. 10220160, cs_unit 27")]
    [InlineData("split-segnet:type=wide", "encoder_block. 6274560, conv_block_enc. 24968256, decoder_block. 6306816, conv_block_dec. 6272640")]
    [InlineData("split-segnet:type=deep", "encoder_block. 9410880, conv_block_enc. 21618816, decoder_block. 7120896, conv_block_dec. 12545280")]
    public void Every_block_has_its_share_of_the_parameters(string spec, string shares)
    {
        using var network = Shapes.Of(() => Create(spec, "seg13,depth,normal"));
        foreach (var share in shares.Split(", ").Select(text => text.Split(' ')))
        {
            var count = network.named_parameters().Where(pair => pair.name.StartsWith(share[0], StringComparison.Ordinal)).Sum(pair => pair.parameter.numel());
            Assert.Equal((share[0], long.Parse(share[1], CultureInfo.InvariantCulture)), (share[0], count));
        }
    }

    [Theory]
    [InlineData("stan-segnet:" + Tiny)]
    [InlineData("dense-segnet:" + Tiny)]
    [InlineData("cross-stitch-segnet:" + Tiny)]
    public void A_network_has_the_names_of_the_reference(string spec)
    {
        using var network = Create(spec, spec.StartsWith("stan", StringComparison.Ordinal) ? "depth" : "seg13,depth,normal");
        var names = network.state_dict().Keys.ToHashSet();
        string[] expected = spec.Split('-')[0] switch
        {
            "stan" => ["pred_task.1.weight", "encoder_att.0.4.4.running_mean", "decoder_block_att.4.0.weight"],
            "dense" => ["encoder_block.2.6.weight", "decoder_block.0.3.bias", "encoder_block_t.2.4.7.weight", "decoder_block_t.1.0.0.weight", "pred_task3.1.bias", "logsigma"],
            _ => ["cs_unit_encoder", "cs_unit_decoder", "encoder_block_t.0.1.3.weight", "decoder_block_t.2.4.6.bias", "pred_task2.0.weight", "logsigma"],
        };
        Assert.All(expected, name => Assert.Contains(name, names));
    }

    [Fact]
    public void Stan_refuses_several_tasks() => Assert.Equal(ExitCode.Usage, Assert.Throws<UserErrorException>(() => Create("stan-segnet", "seg13,depth")).ExitCode);

    [Fact]
    public void Without_mixing_the_cross_stitch_network_is_as_many_single_networks()
    {
        using var scope = NewDisposeScope();
        using var stitched = Create("cross-stitch-segnet:mode=paper;" + Tiny, "depth,normal");
        using (no_grad())
        {
            foreach (var (_, unit) in stitched.named_parameters().Where(pair => pair.name.StartsWith("cs_unit", StringComparison.Ordinal)))
            {
                unit.copy_(eye(2).expand(unit.shape));
            }
        }

        stitched.eval();
        var image = rand(1, 3, 64, 64);
        var predictions = stitched.forward(image);
        for (var k = 0; k < 2; k++)
        {
            using var single = Create("single-segnet:" + Tiny, k == 0 ? "depth" : "normal");
            single.load_state_dict(single.state_dict().Keys.ToDictionary(name => name, name => stitched.state_dict()[StitchedName(name, k)]));
            single.eval();
            Assert.True(single.forward(image)[0].allclose(predictions[k], 1e-5, 1e-6));
        }
    }

    [Fact]
    public void In_repository_mode_every_task_reads_the_same_mixture()
    {
        using var scope = NewDisposeScope();
        using var network = Create("cross-stitch-segnet:" + Tiny, "depth,depth");
        var state = network.state_dict();
        using (no_grad())
        {
            foreach (var (name, value) in state.Where(pair => pair.Key.Contains("_t.1.", StringComparison.Ordinal) || pair.Key.StartsWith("pred_task2", StringComparison.Ordinal)))
            {
                value.copy_(state[name.Replace("_t.1.", "_t.0.", StringComparison.Ordinal).Replace("pred_task2", "pred_task1", StringComparison.Ordinal)]);
            }

            network.named_parameters().First(pair => pair.name == "cs_unit_encoder").parameter.copy_(tensor(new[] { 0.3f, -0.7f }).expand(4, 2));
        }

        network.eval();
        var predictions = network.forward(rand(1, 3, 64, 64));
        Assert.True(predictions[0].allclose(predictions[1], 0, 0));
    }

    [Fact]
    public void Cross_stitch_weights_start_as_their_mode_says()
    {
        using var scope = NewDisposeScope();
        using var repository = Create("cross-stitch-segnet:" + Tiny, "seg13,depth,normal");
        using var paper = Create("cross-stitch-segnet:mode=paper;" + Tiny, "seg13,depth,normal");
        Assert.True(Units(repository).allclose(ones(5, 3)));
        Assert.True(Units(paper)[2].allclose(tensor(new[] { 0.9f, 0.05f, 0.05f, 0.05f, 0.9f, 0.05f, 0.05f, 0.05f, 0.9f }, [3, 3]), 1e-5, 1e-6));

        static Tensor Units(PerceptionNetwork network) => network.named_parameters().First(pair => pair.name == "cs_unit_decoder").parameter;
    }

    [Fact]
    public void Tasks_reach_the_shared_part_of_the_dense_network_but_not_each_other()
    {
        using var scope = NewDisposeScope();
        using var network = Create("dense-segnet:" + Tiny, "depth,normal");
        network.forward(rand(2, 3, 32, 32))[0].sum().backward();
        var touched = network.named_parameters().Where(pair => pair.parameter.grad is { } gradient && gradient.abs().sum().item<float>() > 0).Select(pair => pair.name).ToHashSet();
        Assert.Contains("encoder_block.0.0.weight", touched);
        Assert.Contains("decoder_block.1.0.weight", touched);
        Assert.Contains("encoder_block_t.0.0.0.weight", touched);
        Assert.DoesNotContain(touched, name => name.StartsWith("encoder_block_t.1.", StringComparison.Ordinal) || name.StartsWith("decoder_block.0.", StringComparison.Ordinal));
    }

    internal static PerceptionNetwork Create(string spec, string tasks) => PerceptionNetwork.Create(NetworkSpec.Parse(spec), TaskList(tasks));

    internal static TaskDescription[] TaskList(string tasks) => [.. tasks.Split(',').Select(task => task switch
    {
        "depth" => TaskDescription.Depth,
        "normal" => TaskDescription.Normals,
        "edge" => TaskDescription.Edges,
        "sal" => TaskDescription.Saliency,
        "parts" => TaskDescription.HumanParts,
        _ => TaskDescription.Segmentation(TaskClasses.Of(int.Parse(task[3..], CultureInfo.InvariantCulture))),
    })];

    // encoder_block.d is the first convolution of a level and conv_block_enc.d the others; the cross-stitch network has them in one list.
    private static string StitchedName(string name, int task)
    {
        var parts = name.Split('.');
        if (parts[0] == "pred_task")
        {
            return name.Replace("pred_task", $"pred_task{task + 1}", StringComparison.Ordinal);
        }

        var side = parts[0].Contains("enc", StringComparison.Ordinal) ? "encoder" : "decoder";
        var further = parts[0].StartsWith("conv_block", StringComparison.Ordinal);
        var layer = (further ? 3 : 0) + (parts.Length == 5 ? (3 * int.Parse(parts[2], CultureInfo.InvariantCulture)) : 0) + int.Parse(parts[^2], CultureInfo.InvariantCulture);
        return $"{side}_block_t.{task}.{parts[1]}.{layer}.{parts[^1]}";
    }
}
