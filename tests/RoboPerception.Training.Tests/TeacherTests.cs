using RoboPerception.Core;
using RoboPerception.Training.Export;
using RoboPerception.Training.Networks;
using RoboPerception.Training.Optimisation;
using RoboPerception.Training.Tasks;
using RoboPerception.Onnx;
using static RoboPerception.Training.Tests.ShortRuns;
using static TorchSharp.torch;

namespace RoboPerception.Training.Tests;

/// <summary>Networks that learn from others.</summary>
public sealed class TeacherTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("roboperception").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void The_distance_is_least_at_the_teachers_own_prediction()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(1);
        foreach (var task in new[] { TaskDescription.Segmentation(ClassMap.Nyu13), TaskDescription.LogDepth, TaskDescription.Depth, TaskDescription.Normals, TaskDescription.Edges })
        {
            var raw = randn(2, task.Channels, 4, 6);
            var own = Distance(raw);
            Assert.All(new[] { -0.1, 0.1 }, step => Assert.True(Distance(raw + (step * randn_like(raw))) > own, task.Key));
            if (task.Kind is TaskKind.Depth or TaskKind.Normals)
            {
                Assert.Equal(0, own, 2e-3);
            }

            double Distance(Tensor prediction) => Teacher.Distance(task, task.Activate(prediction), task.Activate(raw)).item<float>();
        }
    }

    [Fact]
    public void A_distance_below_zero_teaches_a_short_one()
    {
        using var scope = NewDisposeScope();
        var loss = Teacher.Distance(TaskDescription.LogDepth, full([1, 1, 2, 2], 0.1), tensor([-1f, 0, 0.05f, 0.1f], [1, 1, 2, 2]));
        Assert.Equal(0, loss.item<float>(), 1e-6);
    }

    [Fact]
    public void Several_teachers_teach_their_mean()
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        string first = Save(1), second = Save(2);
        TaskDescription[] tasks = [TaskDescription.Segmentation(ClassMap.Nyu13), TaskDescription.Depth, TaskDescription.Normals];
        using var one = Checkpoint.LoadNetwork(first).Network;
        using var other = Checkpoint.LoadNetwork(second).Network;
        one.eval();
        other.eval();
        var images = rand(2, 3, 32, 32);
        var (a, b) = (one.forward(images), other.forward(images));
        var mean = new[] { ((a[0].exp() + b[0].exp()) / 2).log(), (a[1] + b[1]) / 2, nn.functional.normalize(a[2] + b[2], dim: 1) };
        using var teacher = new Teacher([first, second], 1, tasks, CPU);
        var zero = Enumerable.Range(0, 3).Select(_ => tensor(0f)).ToArray();
        var losses = teacher.Blend(tasks, mean, zero, images);
        Assert.Equal(0, losses[1].item<float>(), 1e-5);
        Assert.Equal(0, losses[2].item<float>(), 2e-3);

        // The cross-entropy of a distribution with itself is its entropy.
        Assert.Equal(-(mean[0].exp() * mean[0]).sum([1L]).mean().item<float>(), losses[0].item<float>(), 1e-4);
    }

    [Fact]
    public void The_share_says_how_much_ground_truth_is_left()
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        using var teacher = new Teacher([Save(1)], 0.25, [TaskDescription.Depth, TaskDescription.Edges], CPU);
        Tensor[] predictions = [rand(1, 1, 32, 32), rand(1, 1, 32, 32)], losses = [tensor(4f), tensor(8f)];
        var images = rand(1, 3, 32, 32);
        using var alone = Checkpoint.LoadNetwork(Path.Combine(folder, "1.ckpt")).Network;
        alone.eval();
        var distance = (predictions[0] - alone.forward(images)[1]).abs().mean().item<float>();
        var blended = teacher.Blend([TaskDescription.Depth, TaskDescription.Edges], predictions, losses, images);
        Assert.Equal(3 + (0.25 * distance), blended[0].item<float>(), 1e-4);

        // A task that no teacher predicts is learnt from the ground truth alone.
        Assert.Equal(8, blended[1].item<float>());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_run_comes_closer_to_its_teacher(bool exported)
    {
        var path = Save(1, exported);
        var recipe = Recipe(6);
        recipe = recipe with { Options = recipe.Options with { Teachers = [path], TeacherWeight = 1 } };
        var losses = new List<double[]>();
        using var trainer = Trainer.Start(Path.Combine(folder, "run"), recipe, Images, validation: null, CPU);
        trainer.EpochEnded = log => losses.Add([.. log.Losses.Values]);
        trainer.Run();
        Assert.Equal(6, losses.Count);
        Assert.All(Enumerable.Range(1, 2), k => Assert.True(losses[^1][k] < losses[0][k], $"loss {k}: {losses[0][k]} to {losses[^1][k]}"));
    }

    [Fact]
    public void A_teacher_of_other_tasks_is_refused()
    {
        var path = Save(1);
        var error = Assert.Throws<UserErrorException>(() => new Teacher([path], 0.5, [TaskDescription.Edges], CPU));
        Assert.Contains("and none of edge", error.Message, StringComparison.Ordinal);
    }

    private string Save(int seed, bool exported = false)
    {
        random.manual_seed(seed);
        using var network = PerceptionNetwork.Create(NetworkSpec.Parse("mtan-segnet:widths=4,4,8,8,8"), TaskDescription.NyuThree);
        Exports.Shake(network);
        var path = Path.Combine(folder, $"{seed}{(exported ? ".onnx" : ".ckpt")}");
        if (exported)
        {
            OnnxFile.Write(path, ModelExporter.Export(network, Exports.Description(network, 32, 32), out _));
        }
        else
        {
            Checkpoint.Save(path, Recipe(1), network, optimizer: null);
        }

        return path;
    }
}
