using RoboPerception.Training.Networks;
using TorchSharp.Modules;

namespace RoboPerception.Training.Tests;

/// <summary>Parameter totals exactly and operation counts to three digits against the published figures.</summary>
public sealed class MacTests
{
    [Theory]
    [InlineData("single-segnet", "seg13", 24_981_069, 288, 384, 60.42, 28, 60.7)]
    [InlineData("stan-segnet", "seg13", 38_185_805, 288, 384, 109.57, 58, 144.8)]
    [InlineData("split-segnet", "seg13,depth,normal", 25_055_188, 288, 384, 68.60, 32, 75.3)]
    [InlineData("split-segnet:type=wide", "seg13,depth,normal", 43_934_164, 288, 384, 76.75, 32, 76.0)]
    [InlineData("split-segnet:type=deep", "seg13,depth,normal", 50_807_764, 288, 384, 131.79, 58, 127.5)]
    [InlineData("dense-segnet", "seg13,depth,normal", 123_743_995, 288, 384, 325.82, 110, 247.5)]
    [InlineData("cross-stitch-segnet", "seg13,depth,normal", 74_941_807, 288, 384, 181.10, 84, 179.7)]
    [InlineData("mtan-segnet", "seg13,depth,normal", 44_229_076, 288, 384, 216.05, 122, 327.5)]
    [InlineData("mtan-segnet:widths=16,32,64,128,128", "seg13,depth,normal", 2_779_012, 288, 384, 13.56, 122, 0)]
    [InlineData("split-resnet", "seg13,depth,normal", 71_888_721, 288, 384, 122.91, 0, 0)]
    [InlineData("mtan-resnet", "seg13,depth,normal", 92_347_921, 288, 384, 191.88, 0, 0)]
    [InlineData("mtan-resnet", "seg7,depth", 72_044_232, 128, 256, 42.06, 0, 0)]
    [InlineData("split-resnet:depth=18", "seg13,depth,normal", 25_347_409, 288, 384, 44.09, 0, 0)]
    [InlineData("mtan-resnet:depth=18", "seg13,depth,normal", 26_637_569, 288, 384, 48.40, 0, 0)]
    [InlineData("mtan-resnet:depth=101", "seg13,depth,normal", 111_340_049, 288, 384, 224.61, 0, 0)]
    [InlineData("cross-stitch-resnet", "seg40,depth", 79_292_841, 480, 640, 383.4, 0, 0)]
    [InlineData("nddr-resnet", "seg40,depth", 101_591_721, 480, 640, 494.4, 0, 0)]
    public void A_network_has_the_size_and_the_cost_that_were_published(string spec, string tasks, long parameters, int height, int width, double gmac, int convolutions, double megaElements)
    {
        using var network = SegNetFamilyTests.Create(spec, tasks);
        Assert.Equal(parameters, network.ParameterCount);
        var cost = MacCounter.Count(network, height, width);
        Assert.Equal(gmac, cost.GMac, gmac * 5e-4);
        if (convolutions > 0)
        {
            Assert.Equal(convolutions, cost.Convolutions);
        }

        if (megaElements > 0)
        {
            Assert.Equal(megaElements, cost.OutputElements / 1e6, 0.06);
        }
    }

    [Fact]
    public void An_image_of_the_decathlon_costs_what_was_published()
    {
        using var network = new WideResNetMtan(WideResNetMtan.Decathlon);
        Assert.Equal(1.588, MacCounter.Count(network).GMac, 5e-4);
    }

    [Fact]
    public void Counting_leaves_the_network_as_it_was()
    {
        using var network = SegNetFamilyTests.Create("split-segnet:widths=4,4,4,4,4", "depth");
        var before = network.state_dict().ToDictionary(pair => pair.Key, pair => pair.Value.clone());
        MacCounter.Count(network, 64, 64);
        Assert.True(network.training);
        Assert.All(network.state_dict(), pair => Assert.True(pair.Value.allclose(before[pair.Key], 0, 0), pair.Key));
        Assert.Equal(0, network.modules().OfType<Conv2d>().Sum(convolution => convolution.weight.grad is null ? 0 : 1));
    }

    [Fact]
    public void Every_listed_network_can_be_read()
    {
        var entries = ModelCatalogue.Entries;
        Assert.Equal(entries.Count, entries.Select(entry => entry.Spec).Distinct().Count());
        Assert.All(entries, entry => Assert.Equal(entry.Spec, NetworkSpec.Parse(entry.Spec).ToString()));
        Assert.All(NetworkFamilies.All, family => Assert.Contains(entries, entry => NetworkSpec.Parse(entry.Spec).Family == family.Name));
    }
}
