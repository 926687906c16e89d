using RoboPerception.Training.Data;
using RoboPerception.Training.Networks;
using RoboPerception.Training.Optimisation;
using TorchSharp.Modules;
using static RoboPerception.Training.Tests.ShortRuns;
using static TorchSharp.torch;

namespace RoboPerception.Training.Tests;

/// <summary>Statistics of batch norm that are measured or left alone.</summary>
public sealed class StatisticsTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("roboperception").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Frozen_statistics_stay_as_they_are_while_everything_else_learns()
    {
        string first = Path.Combine(folder, "first"), second = Path.Combine(folder, "second");
        using (var trainer = Trainer.Start(first, Recipe(1), Images, validation: null, CPU))
        {
            trainer.Run();
        }

        var frozen = Recipe(2);
        frozen = frozen with { Options = frozen.Options with { FreezeBatchNorm = true } };
        using (var trainer = Trainer.Start(second, frozen, Images, Images, CPU))
        {
            trainer.InitialiseFrom(Path.Combine(first, Trainer.LastCheckpoint));
            trainer.Run();
        }

        var (before, after) = (State(first), State(second));
        Assert.All(before.Where(pair => pair.Key.Contains("running", StringComparison.Ordinal)), pair => Assert.Equal(pair.Value, after[pair.Key]));

        // Not all of it: with the statistics of so short a run some units of so narrow a network are dead.
        Assert.InRange(before.Count(pair => pair.Key.EndsWith("0.weight", StringComparison.Ordinal) && !pair.Value.SequenceEqual(after[pair.Key])), 10, int.MaxValue);
    }

    [Theory]
    [InlineData(16)]
    [InlineData(3)]
    public void Measured_statistics_are_those_of_the_whole_images(int count)
    {
        random.manual_seed(4);
        using var network = PerceptionNetwork.Create(new NetworkSpec(NetworkSpec.Single, [2, 2, 2, 2, 2]), [Tasks.TaskDescription.Depth]);
        var images = MiniatureData.Set(count, 32, 32);
        network.eval();
        BatchStatistics.Measure(network, images, CPU);
        Assert.False(network.training);

        // The batch norm behind the first convolution: its mean over two full batches, or one of fewer images, by hand.
        var convolution = network.modules().OfType<Conv2d>().First(layer => layer.in_channels == 3);
        var name = network.named_modules().Single(pair => pair.module == convolution).name;
        var norm = (CountingBatchNorm)network.named_modules().Single(pair => pair.name == name[..^1] + "1").module;
        using var noGradients = no_grad();
        var batch = new Batch(count, 32, 32);
        for (var n = 0; n < count; n++)
        {
            SampleWriter.Write(images[n], View.Whole, batch, n);
        }

        var expected = convolution.forward(BatchTensors.Images(batch, CPU)).mean([0L, 2, 3]);
        Assert.All(expected.data<float>().ToArray().Zip(norm.running_mean!.data<float>().ToArray()), pair => Assert.Equal(pair.First, pair.Second, 1e-4));
        Assert.Equal(0.1, norm.momentum);
    }
}
