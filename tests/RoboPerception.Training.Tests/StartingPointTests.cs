using RoboPerception.Core;
using RoboPerception.Onnx;
using RoboPerception.Training.Export;
using RoboPerception.Training.Networks;
using RoboPerception.Training.Optimisation;
using RoboPerception.Training.Tasks;
using static TorchSharp.torch;

namespace RoboPerception.Training.Tests;

/// <summary>Runs that start from a network with other predictions.</summary>
public sealed class StartingPointTests : IDisposable
{
    private const string Mtan = "mtan-segnet:widths=4,4,8,8,8";
    private const string Mobile = "mtan-mobilenetv2:decoder=8,8,12,12";
    private const string Mti = "mtinet-hrnet:channels=8,8,12,12;stage1=8;modules=1,1,1,1;blocks=1";

    private readonly string folder = Directory.CreateTempSubdirectory("roboperception").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData(Mtan, "seg40,depth,normal", "seg40", "pred_task1.1.weight,pred_task1.1.bias")]
    [InlineData(Mtan, "seg40,logdepth,normal-chord", "seg40,logdepth", "pred_task1.1.weight,pred_task1.1.bias,pred_task2.1.weight,pred_task2.1.bias")]
    [InlineData(Mtan, "seg,depth-berhu,normal-chord", "", "")]
    [InlineData(Mobile, "seg40,depth,normal", "seg40", "heads.0.3.weight,heads.0.3.bias")]
    public void Fresh_are_the_last_layers_of_the_tasks_that_predict_something_else(string specification, string tasks, string anew, string layers)
    {
        var path = Saved(specification);
        using var source = TrainedNetwork.Load(path);
        using var target = Network(specification, tasks, seed: 2);
        var (before, given) = (Values(target), Values(source));
        Assert.Equal(anew, TaskList.Names(StartingPoint.Take(target, path, newHeads: true)));
        var after = Values(target);
        string[] fresh = layers.Length == 0 ? [] : layers.Split(',');
        Assert.Equal(given.Keys.Order(), after.Keys.Order());
        Assert.All(after, entry => Assert.Equal(fresh.Contains(entry.Key) ? before[entry.Key] : given[entry.Key], entry.Value));
    }

    [Fact]
    public void A_network_with_intermediate_predictions_starts_all_of_a_task_anew()
    {
        using var network = Network(Mti, "seg,depth,normal", seed: 1);
        var layers = StartingPoint.PredictionLayers(network, [network.Tasks[0]]);

        // A prediction at each of four scales and the last one, each a weight and a bias.
        Assert.Equal(10, layers.Count);
        Assert.All(layers, name => Assert.Contains("semseg", name, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("seg40,depth,normal", false, "predicts seg,depth,normal, the run trains seg40,depth,normal: the predictions would change their meaning. Add --new-heads")]
    [InlineData("depth,seg,normal", true, "the tasks must be the same, in the same order")]
    [InlineData("seg,depth", true, "the tasks must be the same, in the same order")]
    public void What_cannot_start_is_refused_with_the_remedy(string tasks, bool newHeads, string message)
    {
        var path = Saved(Mtan);
        using var target = Network(Mtan, tasks, seed: 2);
        var before = Values(target);
        Assert.Contains(message, Assert.Throws<UserErrorException>(() => StartingPoint.Take(target, path, newHeads)).Message, StringComparison.Ordinal);
        Assert.Equal(before, Values(target));
    }

    [Fact]
    public void A_model_with_other_classes_starts_a_run_that_learns()
    {
        using var source = Network(Mtan, "seg40,depth,normal", seed: 1);
        Exports.Shake(source);
        var file = Path.Combine(folder, "model.onnx");
        OnnxFile.Write(file, ModelExporter.Export(source, Exports.Description(source, 32, 32), out _));
        using var trainer = Trainer.Start(Path.Combine(folder, "run"), ShortRuns.Recipe(1), ShortRuns.Images, validation: null, CPU);
        Assert.Equal(TaskKind.Segmentation, Assert.Single(trainer.InitialiseFrom(file, newHeads: true)).Kind);
        using (NewDisposeScope())
        using (no_grad())
        {
            var image = rand([2, 3, 32, 32]);
            trainer.Network.eval();
            Tensor[] given = source.forward(image), taken = trainer.Network.forward(image);
            Assert.Equal([2L, 13, 32, 32], taken[0].shape);
            Assert.All([1, 2], k => Assert.InRange((given[k] - taken[k]).abs().mean().item<float>(), 0, 1e-4));
        }

        trainer.Run();
        Assert.Equal(3, trainer.State.Step);
    }

    [Theory]
    [InlineData("seg,depth,normal,edge")]
    [InlineData("depth,seg,normal")]
    public void A_model_starts_the_network_it_was_exported_from_whatever_it_left_out(string tasks)
    {
        using var source = Network(Mtan, tasks, seed: 1);
        Exports.Shake(source);
        var file = Path.Combine(folder, "model.onnx");
        OnnxFile.Write(file, ModelExporter.Export(source, Exports.Description(source, 32, 32), out _));
        using var target = Network(Mtan, tasks, seed: 2);
        Assert.Empty(StartingPoint.Take(target, file, newHeads: false));
        target.eval();
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        var image = rand([2, 3, 32, 32]);
        Tensor[] given = source.forward(image), taken = target.forward(image);
        Assert.All([0, 1, 2], k => Assert.InRange((given[k] - taken[k]).abs().mean().item<float>(), 0, 1e-4));
    }

    private string Saved(string specification)
    {
        var path = Path.Combine(folder, "source.ckpt");
        using var network = Network(specification, "seg,depth,normal", seed: 1);
        var recipe = ShortRuns.Recipe(1);
        Checkpoint.Save(path, recipe with { Options = recipe.Options with { Network = specification, Tasks = "seg,depth,normal" } }, network, optimizer: null);
        return path;
    }

    private static PerceptionNetwork Network(string specification, string tasks, int seed)
    {
        random.manual_seed(seed);
        return PerceptionNetwork.Create(NetworkSpec.Parse(specification), TaskList.Parse(tasks));
    }

    private static Dictionary<string, float[]> Values(PerceptionNetwork network) =>
        network.state_dict().Where(pair => is_floating_point(pair.Value)).ToDictionary(pair => pair.Key, pair => pair.Value.data<float>().ToArray());
}
