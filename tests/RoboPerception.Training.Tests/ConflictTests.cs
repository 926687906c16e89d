using System.Text.Json;
using RoboPerception.Training.Data;
using RoboPerception.Training.Networks;
using RoboPerception.Training.Optimisation;
using TorchSharp;
using static TorchSharp.torch;

namespace RoboPerception.Training.Tests;

/// <summary>Promise: how far tasks agree is measured beside a training, not in it.</summary>
public sealed class ConflictTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("roboperception").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void The_cosine_is_that_of_the_tasks_gradients_over_what_they_share()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(5);
        var options = ShortRuns.Recipe(1).Options;
        using var network = PerceptionNetwork.Create(NetworkSpec.Parse("split-segnet:widths=4,4,8,8,8"), TaskList.Parse("depth,normal"));
        network.train();
        var cosine = new GradientConflict(network, ShortRuns.Images, options, CPU).Measure()["depth-normal"];
        Assert.True(network.training);
        Assert.All(network.parameters(), parameter => Assert.Null(parameter.grad));

        // The same batch, each task from a forward pass of its own; the trunk alone is shared.
        network.eval();
        using var loader = new BatchLoader(ShortRuns.Images, new Augmentation(32, 32, Geometry: false, Colour: false), options.BatchSize, options.Seed, 0);
        var batch = loader.Batches().First();
        double[][] gradients = [.. network.Tasks.Select((task, k) =>
        {
            network.zero_grad();
            task.Loss(network.forward(BatchTensors.Images(batch, CPU))[k], BatchTensors.Target(batch, task, CPU)).backward();
            return network.named_parameters().Where(entry => !entry.name.Contains("pred", StringComparison.Ordinal) && !entry.name.Contains("head", StringComparison.Ordinal) && entry.parameter.grad is not null)
                .SelectMany(entry => entry.parameter.grad!.data<float>().ToArray().Select(value => (double)value)).ToArray();
        })];
        var product = gradients[0].Zip(gradients[1], (a, b) => a * b).Sum();
        Assert.Equal(product / Math.Sqrt(gradients[0].Sum(a => a * a) * gradients[1].Sum(b => b * b)), cosine, 4);
    }

    [Fact]
    public void A_run_that_measures_conflicts_learns_the_same()
    {
        Assert.Equal(Losses("with", measures: true, out var pairs), Losses("without", measures: false, out var none));
        Assert.Equal(["seg-depth", "seg-normal", "depth-normal"], pairs);
        Assert.Empty(none);
    }

    private string[] Losses(string name, bool measures, out string[] pairs)
    {
        var run = Path.Combine(folder, name);
        using (var trainer = Trainer.Start(run, ShortRuns.Recipe(3, "uncertainty"), ShortRuns.Images, ShortRuns.Images, CPU))
        {
            trainer.MeasuresConflicts = measures;
            trainer.Run();
        }

        var epochs = File.ReadLines(Path.Combine(run, "log.jsonl")).Select(line => JsonDocument.Parse(line).RootElement).ToArray();
        pairs = [.. epochs[^1].GetProperty("conflicts").EnumerateObject().Select(pair => pair.Name)];
        return [.. epochs.Select(epoch => epoch.GetProperty("losses").GetRawText() + epoch.GetProperty("validation_losses").GetRawText())];
    }
}
