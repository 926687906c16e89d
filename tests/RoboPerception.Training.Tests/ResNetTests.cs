using RoboPerception.Core;
using RoboPerception.Training.Networks;
using RoboPerception.Training.Tasks;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RoboPerception.Training.Tests;

/// <summary>The networks on dilated residual networks against the published counts, and how each shares.</summary>
public sealed class ResNetTests
{
    private const string Small = "depth=50;stem=4;blocks=2,2,2,2;middle=2,4,6,8;output=8,12,16,20;head=6;dropout=off";
    private const string SmallBasic = "depth=18;stem=4;middle=4,8,12,16;head=6;dropout=off";

    [Theory]
    [InlineData("single-resnet", "seg13", 39_636_813)]
    [InlineData("single-resnet", "depth", 39_633_729)]
    [InlineData("single-resnet", "normal", 39_634_243)]
    [InlineData("single-resnet", "seg40", 39_643_752)]
    [InlineData("single-resnet:depth=18", "seg21", 15_904_085)]
    [InlineData("split-resnet", "seg40,depth", 55_769_449)]
    [InlineData("split-resnet:depth=18", "seg21,parts,sal,edge,normal", 34_795_873)]
    [InlineData("split-resnet:depth=34", "seg13,depth,normal", 25_347_409 + 21_797_672 - 11_689_512)]
    [InlineData("split-resnet:depth=101", "seg13,depth,normal", 90_880_849)]
    [InlineData("mtan-resnet", "seg40,depth", 72_052_713)]
    [InlineData("mtan-resnet:depth=18", "seg21,parts,sal,edge,normal", 36_613_425)]
    [InlineData("cross-stitch-resnet:depth=18", "seg21,parts,sal,edge,normal", 79_525_921)]
    [InlineData("nddr-resnet:depth=18", "seg21,parts,sal,edge,normal", 88_318_561)]
    public void A_network_has_the_published_number_of_parameters(string spec, string tasks, long expected)
    {
        using var network = Shapes.Of(() => SegNetFamilyTests.Create(spec, tasks));
        Assert.Equal(expected, network.ParameterCount);
    }

    [Fact]
    public void Every_block_of_the_attention_network_has_its_share_of_the_parameters()
    {
        using var network = Shapes.Of(() => SegNetFamilyTests.Create("mtan-resnet", "seg13,depth,normal"));
        (string Prefix, long Count)[] expected =
        [
            ("shared_", 23_508_032), ("encoder_att_1.", 101_184), ("encoder_att_2.", 595_584), ("encoder_att_3.", 2_370_816), ("encoder_att_4.", 9_460_224),
            ("encoder_block_att_1.", 379_392), ("encoder_block_att_2.", 1_512_448), ("encoder_block_att_3.", 6_039_552), ("decoders.", 48_380_689),
        ];
        Assert.Equal(expected, expected.Select(part => (part.Prefix, network.named_parameters()
            .Where(pair => pair.name.StartsWith(part.Prefix, StringComparison.Ordinal)).Sum(pair => pair.parameter.numel()))));
    }

    [Fact]
    public void The_attention_network_has_the_names_of_the_reference()
    {
        using var network = SegNetFamilyTests.Create("mtan-resnet:" + Small, "seg13,depth,normal");
        var names = network.state_dict().Keys.ToHashSet();
        string[] expected =
        [
            "shared_conv.0.weight", "shared_conv.1.running_var", "shared_layer1_b.0.downsample.1.bias", "shared_layer4_t.conv3.weight", "encoder_att_3.2.4.weight",
            "encoder_block_att_2.downsample.0.weight", "decoders.1.0.convs.4.1.weight", "decoders.2.0.project.1.running_mean", "decoders.0.4.bias",
        ];
        Assert.All(expected, name => Assert.Contains(name, names));
    }

    // Spec 2.1: a stride that was taken away leaves half the layer's dilation behind.
    [Theory]
    [InlineData("depth=50", "layer2.0.conv2", 2, 1)]
    [InlineData("depth=50", "layer3.0.conv2", 1, 1)]
    [InlineData("depth=50", "layer3.1.conv2", 1, 2)]
    [InlineData("depth=50", "layer4.0.conv2", 1, 2)]
    [InlineData("depth=50", "layer4.2.conv2", 1, 4)]
    [InlineData("depth=50", "layer4.0.downsample.0", 1, 1)]
    [InlineData("depth=18", "layer3.0.conv1", 1, 1)]
    [InlineData("depth=18", "layer3.0.conv2", 1, 2)]
    [InlineData("depth=18", "layer4.0.conv1", 1, 2)]
    [InlineData("depth=18", "layer4.1.conv1", 1, 4)]
    public void Layers_three_and_four_spread_instead_of_halving(string options, string name, int stride, int dilation)
    {
        using var backbone = new ResNetBackbone(ResNetLayout.Parse(NetworkSpec.Parse($"single-resnet:{options};stem=2;middle=2,2,2,2")));
        var convolution = (Conv2d)backbone.named_modules().Single(pair => pair.name == name).module;
        Assert.Equal((stride, dilation), (convolution.stride![0], convolution.dilation![0]));
        Assert.Equal(dilation * (convolution.weight!.shape[2] - 1) / 2, convolution.padding![0]);
    }

    [Theory]
    [InlineData("single-resnet:" + Small, "seg13")]
    [InlineData("split-resnet:" + SmallBasic, "seg13,depth,normal")]
    [InlineData("mtan-resnet:" + Small, "seg13,depth,normal")]
    [InlineData("mtan-resnet:attention=full;refinement=basic;upsample=half;" + SmallBasic, "seg13,depth,normal")]
    [InlineData("cross-stitch-resnet:" + SmallBasic, "seg13,depth,normal")]
    [InlineData("nddr-resnet:" + SmallBasic, "seg13,depth,normal")]
    public void A_network_trains_and_its_graph_predicts_as_libtorch_does(string spec, string tasks)
    {
        random.manual_seed(5);
        using var network = SegNetFamilyTests.Create(spec, tasks);
        using (NewDisposeScope())
        {
            var outputs = network.forward(rand(2, 3, 64, 96));
            Assert.All(outputs.Zip(network.Tasks), pair => Assert.Equal([2L, pair.Second.Channels, 64, 96], pair.First.shape));
            outputs.Select(output => output.pow(2).sum()).Aggregate((sum, term) => sum + term).backward();
            Assert.All(network.named_parameters(), pair => Assert.True(pair.parameter.grad is not null, pair.name));
        }

        Exports.Check(network, 64, 96);
    }

    [Fact]
    public void Without_mixing_the_cross_stitch_network_is_as_many_single_networks()
    {
        using var scope = NewDisposeScope();
        using var stitched = SegNetFamilyTests.Create("cross-stitch-resnet:own=1;other=0;" + SmallBasic, "depth,normal");
        stitched.eval();
        var image = rand(1, 3, 64, 64);
        var predictions = stitched.forward(image);
        foreach (var (task, prediction) in stitched.Tasks.Zip(predictions))
        {
            using var single = PerceptionNetwork.Create(NetworkSpec.Parse("single-resnet:upsample=half;" + SmallBasic), [task]);
            single.load_state_dict(single.state_dict().Keys.ToDictionary(name => name, name => stitched.state_dict()[name.Replace("backbone.", $"backbone.{task.MtiKey}.", StringComparison.Ordinal)]));
            single.eval();
            Assert.True(single.forward(image)[0].allclose(prediction, 1e-5, 1e-6));
        }
    }

    [Fact]
    public void Fusion_layers_start_as_weighted_sums()
    {
        using var scope = NewDisposeScope();
        using var network = SegNetFamilyTests.Create("nddr-resnet:own=0.8;other=0.05;" + SmallBasic, "seg13,depth,normal");
        var weight = network.named_parameters().Single(pair => pair.name == "nddr.layer2.depth.conv.weight").parameter.squeeze();
        var expected = cat([eye(8) * 0.05, eye(8) * 0.8, eye(8) * 0.05], 1);
        Assert.True(weight.allclose(expected, 1e-6, 1e-7));
        Assert.Equal(0.05, network.modules().OfType<CountingBatchNorm>().First(norm => norm.momentum != 0.1).momentum);
    }

    [Fact]
    public void One_image_is_too_few_to_train_the_pyramid_pooling()
    {
        using var scope = NewDisposeScope();
        using var network = SegNetFamilyTests.Create("single-resnet:" + SmallBasic, "depth");
        Assert.Contains("at least 2", Assert.Throws<UserErrorException>(() => network.forward(rand(1, 3, 64, 64))).Message, StringComparison.Ordinal);
    }
}
