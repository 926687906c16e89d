using System.Text;
using RoboPerception.Core;
using RoboPerception.Training.Export;
using RoboPerception.Training.Networks;
using RoboPerception.Training.Optimisation;
using RoboPerception.Training.Tasks;
using RoboPerception.Training.Weighting;
using static TorchSharp.torch;

namespace RoboPerception.Training.Tests;

/// <summary>Promise: the MobileNetV2 network starts from pre-trained weights, trains its parts at their own rates and exports exactly.</summary>
public sealed class MobileNetTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("mobilenet").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("log", 1)]
    [InlineData("linear", 1)]
    [InlineData("log", 2)]
    public void An_exported_network_predicts_as_libtorch_does(string depth, int imageScale)
    {
        using var network = Create($"mtan-mobilenetv2:decoder=16,16,24,24;depth={depth}");
        var description = new ModelDescription
        {
            Name = "test",
            Architecture = network.Spec.ToString(),
            Input = new ModelInput(ModelExporter.InputName, 96 * imageScale, 64 * imageScale),
            Outputs = ModelExporter.Outputs(network, (0.5, 10)),
            DataSet = "generated",
            Licence = "none",
            TrainingCommit = "test",
        };
        network.ImageScale = imageScale;
        ModelExporter.Export(network, description, out var parity);
        Assert.True(parity.Passed, parity.ToString());
    }

    [Fact]
    public void Three_tasks_have_the_expected_number_of_parameters()
    {
        using var network = Create("mtan-mobilenetv2");
        // torchvision counts 1,811,712 up to block 17, with two values of batch norm for each of 15,776 channels; folded there is one.
        Assert.Equal(1_811_712 - 15_776, network.BackboneParameters.Sum(parameter => parameter.numel()));
        // Held so that shipped checkpoints keep fitting.
        Assert.Equal(2_938_532, network.ParameterCount);
    }

    [Fact]
    public void The_first_convolution_takes_over_the_scale_of_the_images()
    {
        using var scope = NewDisposeScope();
        using var network = Create("mtan-mobilenetv2");
        var path = Path.Combine(folder, "backbone.safetensors");
        var source = Backbone(network).ToDictionary(pair => pair.name, pair => rand_like(pair.parameter));
        WriteSafeTensors(path, source);
        network.LoadBackbone(path);

        // What the file's network makes of an image of -1..1, ours makes of the same image of 0..1.
        var image = rand(1, 3, 8, 8);
        var expected = nn.functional.conv2d((image * 2) - 1, source["features.0.0.weight"], source["features.0.0.bias"]);
        var parameters = Backbone(network).ToDictionary(pair => pair.name, pair => pair.parameter);
        var actual = nn.functional.conv2d(image, parameters["features.0.0.weight"], parameters["features.0.0.bias"]);
        Assert.True((expected - actual).abs().max().item<float>() < 1e-4);
        Assert.Equal(source["features.17.conv.2.weight"].data<float>().ToArray(), parameters["features.17.conv.2.weight"].data<float>().ToArray());
    }

    [Fact]
    public void A_backbone_file_without_a_tensor_is_refused_by_its_name()
    {
        using var network = Create("mtan-mobilenetv2");
        var path = Path.Combine(folder, "half.safetensors");
        WriteSafeTensors(path, Backbone(network).Take(8).ToDictionary(pair => pair.name, pair => (Tensor)pair.parameter));
        var error = Assert.Throws<UserErrorException>(() => network.LoadBackbone(path));
        Assert.Contains("features.2.conv.1.0.weight", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_network_without_a_backbone_says_so()
    {
        using var network = Create("split-segnet:widths=4,4,4,4,4");
        Assert.Contains("no pre-trained backbone", Assert.Throws<UserErrorException>(() => network.LoadBackbone("any")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_backbone_has_a_learning_rate_of_its_own()
    {
        using var network = Create("mtan-mobilenetv2:decoder=8,8,8,8");
        var options = new TrainingOptions { Network = "any", Height = 32, Width = 32, Optimizer = "adamw", LearningRate = 0.01, BackboneLearningRateFactor = 0.1 };
        using var optimizer = Optimizers.Create(network, options);
        Assert.Equal([0.001, 0.01], optimizer.ParamGroups.Select(group => Math.Round(group.LearningRate, 6)));
    }

    [Fact]
    public void The_logarithmic_loss_counts_known_pixels_only()
    {
        using var scope = NewDisposeScope();
        var prediction = tensor(new float[] { 2, 1, 5 }, [1, 1, 1, 3]);
        var target = tensor(new float[] { 1, 0, 5 }, [1, 1, 1, 3]);
        Assert.Equal(Math.Log(2) / 2, DepthLosses.Absolute(prediction, target, logarithmic: true).item<float>(), 1e-6);
        Assert.Equal(0, DepthLosses.Absolute(prediction, zeros_like(target), logarithmic: true).item<float>());
    }

    [Fact]
    public void Fixed_weights_multiply_the_losses()
    {
        using var scope = NewDisposeScope();
        var weighting = FixedWeighting.Parse("fixed:1,2,0.5", 3);
        Assert.Equal(6.5f, weighting.Combine([tensor(1f), tensor(2f), tensor(3f)]).item<float>());
    }

    [Theory]
    [InlineData("fixed:1,2", "2 numbers for 3 tasks")]
    [InlineData("fixed:1,x,2", "'x'")]
    [InlineData("fixed:1,0,2", "'0'")]
    public void Wrong_fixed_weights_are_named(string text, string expected) =>
        Assert.Contains(expected, Assert.Throws<UserErrorException>(() => FixedWeighting.Parse(text, 3)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("mtan-mobilenetv2:decoder=1,2", "needs 4")]
    [InlineData("mtan-mobilenetv2:widths=1", "takes decoder=, depth=")]
    [InlineData("mtan-mobilenetv2:depth=square", "choose one of log, linear")]
    public void Wrong_options_are_named(string text, string expected) =>
        Assert.Contains(expected, Assert.Throws<UserErrorException>(() => Create(text)).Message, StringComparison.Ordinal);

    private static PerceptionNetwork Create(string text)
    {
        random.manual_seed(3);
        return PerceptionNetwork.Create(NetworkSpec.Parse(text), TaskDescription.NyuThree);
    }

    private static IEnumerable<(string name, TorchSharp.Modules.Parameter parameter)> Backbone(PerceptionNetwork network) =>
        network.named_parameters().Where(pair => pair.name.StartsWith("backbone.", StringComparison.Ordinal)).Select(pair => (pair.name["backbone.".Length..], pair.parameter));

    internal static void WriteSafeTensors(string path, IReadOnlyDictionary<string, Tensor> tensors)
    {
        var header = new StringBuilder("{\"__metadata__\":{\"format\":\"pt\"}");
        using var data = new MemoryStream();
        foreach (var (name, value) in tensors)
        {
            var begin = data.Length;
            using var flat = value.detach().contiguous();
            data.Write(System.Runtime.InteropServices.MemoryMarshal.AsBytes(flat.data<float>().ToArray().AsSpan()));
            header.Append(System.Globalization.CultureInfo.InvariantCulture, $",\"{name}\":{{\"dtype\":\"F32\",\"shape\":[{string.Join(',', value.shape)}],\"data_offsets\":[{begin},{data.Length}]}}");
        }

        var text = Encoding.UTF8.GetBytes(header.Append('}').ToString());
        using var file = File.Create(path);
        file.Write(BitConverter.GetBytes((ulong)text.Length));
        file.Write(text);
        data.WriteTo(file);
    }
}
