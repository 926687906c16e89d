using RoboPerception.Core;
using RoboPerception.Training.Networks;
using RoboPerception.Training.Optimisation;
using RoboPerception.Training.Tasks;
using static TorchSharp.torch;

namespace RoboPerception.Training.Tests;

/// <summary>Networks that see less than their input.</summary>
public sealed class ImageScaleTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("reduction").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("mtan-segnet:widths=4,4,8,8,8")]
    [InlineData("mtan-mobilenetv2:decoder=8,8,12,12")]
    [InlineData("mtinet-mobilenetv2:widths=8,8,12,12")]
    public void Predictions_have_the_size_of_the_input_and_are_predictions(string specification)
    {
        using var scope = NewDisposeScope();
        using var network = Network(specification);
        network.ImageScale = 3;
        var predictions = network.forward(rand(1, 3, 96, 192));
        Assert.All(predictions, prediction => Assert.Equal([96L, 192], prediction.shape[2..]));
        Near(1, predictions[0].exp().sum(1L));
        Near(1, predictions[2].square().sum(1L));
    }

    [Fact]
    public void Squares_of_one_colour_are_seen_as_pixels_and_a_constant_depth_stays()
    {
        using var scope = NewDisposeScope();
        using var network = Network("mtan-mobilenetv2:decoder=8,8,12,12");
        var small = rand(1, 3, 64, 64);
        var seen = network.forward(small);
        network.ImageScale = 2;
        var predictions = network.forward(small.repeat_interleave(2, 2).repeat_interleave(2, 3));

        // Bilinear enlargement keeps the mean, but for the half pixel at the border that is repeated.
        var inner = predictions[1][TensorIndex.Ellipsis, 2..^2, 2..^2];
        Assert.InRange(inner.mean().item<float>() / seen[1].mean().item<float>(), 0.99, 1.01);
        Assert.InRange(predictions[1].max().item<float>(), seen[1].min().item<float>(), seen[1].max().item<float>() * 1.0001);
    }

    [Theory]
    [InlineData("mtan-segnet:widths=4,4,8,8,8")]
    [InlineData("mtinet-mobilenetv2:widths=8,8,12,12")]
    public void Training_compares_what_is_predicted_with_the_ground_truth_at_full_size(string specification)
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        using var network = Network(specification);
        network.ImageScale = 2;
        var image = rand(1, 3, 64, 128);
        var predictions = network.forward(image);
        var (outputs, losses) = network.TrainingPass(image, GroundTruth);
        for (var k = 0; k < predictions.Length; k++)
        {
            Assert.True(predictions[k].allclose(outputs[k], 1e-5, 1e-6));
            var own = network.Tasks[k].Loss(predictions[k], GroundTruth(network.Tasks[k])).item<float>();
            Assert.InRange(losses[k].item<float>(), own * 0.9999, double.MaxValue);
        }

        Tensor GroundTruth(TaskDescription task) => task.Kind switch
        {
            TaskKind.Segmentation => zeros(1, 64, 128, dtype: int64),
            TaskKind.Depth => ones(1, 1, 64, 128),
            _ => nn.functional.normalize(ones(1, 3, 64, 128), dim: 1),
        };
    }

    [Fact]
    public void A_run_keeps_its_reduction()
    {
        var recipe = ShortRuns.Recipe(1);
        using (var trainer = Trainer.Start(folder, recipe with { Options = recipe.Options with { Height = 64, Width = 64, ImageScale = 2 } }, MiniatureData.Set(2, 64, 64), validation: null, CPU))
        {
            trainer.Run();
        }

        using var network = Checkpoint.LoadNetwork(Path.Combine(folder, Trainer.LastCheckpoint)).Network;
        Assert.Equal(2, network.ImageScale);
    }

    private static PerceptionNetwork Network(string specification)
    {
        random.manual_seed(2);
        var network = PerceptionNetwork.Create(NetworkSpec.Parse(specification), TaskDescription.NyuThree);
        network.eval();
        return network;
    }

    private static void Near(double expected, Tensor actual)
    {
        Assert.InRange(actual.min().item<float>(), expected - 1e-2, expected + 1e-2);
        Assert.InRange(actual.max().item<float>(), expected - 1e-2, expected + 1e-2);
    }
}
