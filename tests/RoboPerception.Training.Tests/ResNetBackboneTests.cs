using RoboPerception.Core;
using RoboPerception.Training.Networks;
using RoboPerception.Training.Tasks;
using static TorchSharp.torch;

namespace RoboPerception.Training.Tests;

/// <summary>Pre-trained residual networks with torchvision's names in the networks that are built on one.</summary>
public sealed class ResNetBackboneTests : IDisposable
{
    private const string Layout = "depth=18;stem=8;middle=8,8,12,12;head=8;dropout=off";
    private readonly string folder = Directory.CreateTempSubdirectory("resnet").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("single-resnet", "seg2", 1)]
    [InlineData("split-resnet", "seg2,depth", 1)]
    [InlineData("mtan-resnet", "seg2,depth", 1)]
    [InlineData("cross-stitch-resnet", "seg2,depth", 2)]
    [InlineData("nddr-resnet", "seg2,depth", 2)]
    public void A_trained_residual_network_fills_the_trunk(string family, string tasks, int copies)
    {
        using var scope = NewDisposeScope();
        var source = Trained();
        var path = Path.Combine(folder, "resnet18.safetensors");
        MobileNetTests.WriteSafeTensors(path, source.Append(new("fc.weight", rand(10, 12))).ToDictionary());
        using var network = SegNetFamilyTests.Create($"{family}:{Layout}", tasks);
        network.LoadBackbone(path);
        var parameters = network.BackboneParameters.ToArray();
        Assert.Equal(copies * source.Where(pair => !pair.Key.Contains("running", StringComparison.Ordinal)).Sum(pair => pair.Value.numel()), parameters.Sum(parameter => parameter.numel()));

        // Every tensor of the file is in the network, the first two adapted.
        var values = network.state_dict().Values.Where(tensor => tensor.dtype == ScalarType.Float32).Select(Digest).GroupBy(sum => sum).ToDictionary(group => group.Key, group => group.Count());
        Assert.All(
            source.Where(pair => pair.Key is not ("conv1.weight" or "bn1.running_mean")),
            pair => Assert.True(values.GetValueOrDefault(Digest(pair.Value)) >= copies, pair.Key));

        // What the file's stem makes of a normalised image, ours makes of the same image of 0..1, away from the border.
        var image = rand(1, 3, 32, 32);
        var normalised = (image - tensor([0.485f, 0.456f, 0.406f]).view(1, 3, 1, 1)) / tensor([0.229f, 0.224f, 0.225f]).view(1, 3, 1, 1);
        var state = network.state_dict();
        var convolution = state.First(pair => pair.Value.shape is [8, 3, 7, 7]).Value;
        var mean = state.First(pair => pair.Key is "shared_conv.1.running_mean" or "backbone.bn1.running_mean" or "backbone.semseg.bn1.running_mean").Value;
        var expected = nn.functional.conv2d(normalised, source["conv1.weight"]) - source["bn1.running_mean"].view(1, -1, 1, 1);
        var actual = nn.functional.conv2d(image, convolution) - mean.view(1, -1, 1, 1);
        Assert.True((expected - actual).abs().max().item<float>() < 1e-5 * expected.abs().max().item<float>());
    }

    [Fact]
    public void A_trunk_goes_from_one_family_to_another()
    {
        using var single = SegNetFamilyTests.Create("single-resnet:" + Layout, "seg2");
        using var mtan = SegNetFamilyTests.Create("mtan-resnet:" + Layout, "seg2,depth");
        using (no_grad())
        {
            foreach (var tensor in single.state_dict().Values.Where(tensor => tensor.dtype == ScalarType.Float32))
            {
                tensor.uniform_(0.1, 1);
            }
        }

        mtan.CopyBackbone(single);
        Assert.Equal(single.state_dict()["backbone.layer3.1.bn2.running_var"].data<float>().ToArray(), mtan.state_dict()["shared_layer3_t.bn2.running_var"].data<float>().ToArray());
        Assert.Equal(single.state_dict()["backbone.layer3.0.conv1.weight"].data<float>().ToArray(), mtan.state_dict()["shared_layer3_b.0.conv1.weight"].data<float>().ToArray());
    }

    [Fact]
    public void Another_depth_is_refused_by_the_tensor_that_does_not_fit()
    {
        using var scope = NewDisposeScope();
        var path = Path.Combine(folder, "other.safetensors");
        MobileNetTests.WriteSafeTensors(path, Trained().Where(pair => !pair.Key.StartsWith("layer4.1", StringComparison.Ordinal)).ToDictionary());
        using var network = SegNetFamilyTests.Create("split-resnet:" + Layout, "seg2,depth");
        Assert.Contains("layer4.1", Assert.Throws<UserErrorException>(() => network.LoadBackbone(path)).Message, StringComparison.Ordinal);
        using var other = SegNetFamilyTests.Create("split-resnet:depth=18;stem=8;middle=8,8,12,16;head=8;dropout=off", "seg2");
        Assert.Throws<UserErrorException>(() => network.CopyBackbone(other));
    }

    private static Dictionary<string, Tensor> Trained()
    {
        random.manual_seed(8);
        using var network = SegNetFamilyTests.Create("single-resnet:" + Layout, "seg2");
        return network.state_dict().Where(pair => pair.Key.StartsWith("backbone.", StringComparison.Ordinal) && pair.Value.dtype == ScalarType.Float32)
            .ToDictionary(pair => pair.Key["backbone.".Length..], pair => rand_like(pair.Value));
    }

    private static double Digest(Tensor tensor) => tensor.to(float64).sum().item<double>();
}
