using RoboPerception.Core;
using RoboPerception.Onnx;
using RoboPerception.Training.Data;
using RoboPerception.Training.Export;
using RoboPerception.Training.Import;
using RoboPerception.Training.Networks;
using RoboPerception.Training.Optimisation;
using RoboPerception.Training.Tasks;
using static TorchSharp.torch;

namespace RoboPerception.Training.Tests;

/// <summary>Exported models as the start of another training.</summary>
public sealed class ModelImportTests : IDisposable
{
    private const int Height = 64, Width = 96, Images = 6;

    private readonly string folder = Directory.CreateTempSubdirectory("roboperception").FullName;

    private string File => Path.Combine(folder, "model.onnx");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("mtan-segnet:widths=4,4,8,8,8", 1)]
    [InlineData("mtan-segnet:widths=4,4,8,8,8", 3)]
    [InlineData("cross-stitch-segnet:widths=4,4,8,8,8", 1)]
    [InlineData("mtan-mobilenetv2:decoder=8,8,12,12", 1)]
    [InlineData("mtinet-mobilenetv2:widths=8,8,12,12", 1)]
    [InlineData("mtinet-hrnet:input=imagenet;channels=8,8,12,12;stage1=8;modules=1,1,1,1;blocks=1", 1)]
    public void A_network_filled_from_its_model_predicts_the_same_and_can_learn(string specification, int imageScale)
    {
        using var scope = NewDisposeScope();
        random.manual_seed(5);
        using var source = Shaken(specification);
        source.ImageScale = imageScale;
        Write(source);
        source.ImageScale = 1;
        using var target = Network(specification);
        ModelImport.Fill(target, File);
        var images = MiniatureData.Set(Images, Height, Width);
        using var noGradients = no_grad();
        var inputs = Batch(images);
        var expected = source.forward(inputs);
        target.eval();
        Compare(expected, target.forward(inputs));

        // One batch holds all images: with statistics that are theirs, batch norm does the same in training as in use.
        BatchStatistics.Anchor(target, images, CPU);
        Assert.False(target.training);
        Compare(expected, target.forward(inputs));
        target.train();
        Compare(expected, target.forward(inputs), 2e-3);
    }

    [Theory]
    [InlineData("mtan-segnet:widths=4,4,8,8,8", "seg13,depth,normal", false)]
    [InlineData("mtan-segnet:widths=4,4,8,8,8", "seg13,depth-silog,normal", true)]
    [InlineData("mtan-mobilenetv2:decoder=8,8,12,12", "seg13,depth,normal", true)]
    [InlineData("mtan-mobilenetv2:depth=linear;decoder=8,8,12,12", "seg13,depth,normal", false)]
    public void A_model_tells_whether_its_depth_was_a_logarithm(string specification, string keys, bool logarithmic)
    {
        using var scope = NewDisposeScope();
        using var source = PerceptionNetwork.Create(NetworkSpec.Parse(specification), TaskList.Parse(keys));
        Exports.Shake(source);
        Write(source);
        var (model, description) = ExportedFile.Read(File);
        var read = ModelImport.TaskKeys(model.Graph, description);
        Assert.Equal(logarithmic ? "seg13,logdepth,normal" : "seg13,depth,normal", read);
        using var target = PerceptionNetwork.Create(NetworkSpec.Parse(specification), TaskList.Parse(read));
        ModelImport.Fill(target, File);
        target.eval();
        using var noGradients = no_grad();
        var inputs = Batch(MiniatureData.Set(2, Height, Width));
        Compare(source.forward(inputs), target.forward(inputs));
    }

    [Fact]
    public void A_model_of_another_network_is_refused()
    {
        using var source = Shaken("mtan-segnet:widths=4,4,8,8,8");
        Write(source);
        using var target = Network("mtan-segnet:widths=4,4,8,8,4");
        Assert.Contains("choose that --network", Assert.Throws<UserErrorException>(() => ModelImport.Fill(target, File)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_changed_model_is_refused()
    {
        using var source = Shaken("mtan-segnet:widths=4,4,8,8,8");
        Write(source);
        var model = OnnxFile.Read(File);
        var graph = model.Graph;
        var sigmoid = graph.Nodes.FindIndex(node => node.Operator == "Sigmoid");
        graph.Nodes[sigmoid] = graph.Nodes[sigmoid] with { Operator = "Relu" };
        OnnxFile.Write(File, model);
        Assert.Contains("was changed", Assert.Throws<UserErrorException>(() => ModelImport.Fill(source, File)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Constants_that_are_no_parameters_must_be_those_of_the_export()
    {
        using var source = Shaken("mtinet-hrnet:input=imagenet;channels=8,8,12,12;stage1=8;modules=1,1,1,1;blocks=1");
        Write(source);
        var model = OnnxFile.Read(File);
        var mean = model.Graph.Initializers.Values.First(constant => constant.Type.Element == ElementType.Float && constant.Type.ElementCount == 3 && constant.ToFloats()[0] > 50);
        model.Graph.Initializers[mean.Name] = Initializer.Floats(mean.Name, [1, 2, 3], [.. mean.Type.Shape]);
        OnnxFile.Write(File, model);
        Assert.Contains("was changed", Assert.Throws<UserErrorException>(() => ModelImport.Fill(source, File)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_starts_from_a_model()
    {
        using var source = Shaken("mtan-segnet:widths=4,4,8,8,8");
        Write(source);
        using var trainer = Trainer.Start(Path.Combine(folder, "run"), ShortRuns.Recipe(1), ShortRuns.Images, validation: null, CPU);
        trainer.InitialiseFrom(File);
        using var scope = NewDisposeScope();
        using (no_grad())
        {
            var inputs = Batch(ShortRuns.Images);
            trainer.Network.eval();
            Compare(source.forward(inputs), trainer.Network.forward(inputs));
        }

        trainer.Run();
        Assert.Equal(3, trainer.State.Step);
    }

    private static PerceptionNetwork Network(string specification) => PerceptionNetwork.Create(NetworkSpec.Parse(specification), TaskDescription.NyuThree);

    private static PerceptionNetwork Shaken(string specification)
    {
        // Not what the tests before left of the random numbers: some networks enlarge rounding beyond what an export may deviate by.
        random.manual_seed(5);
        var network = Network(specification);
        Exports.Shake(network);
        return network;
    }

    private static Tensor Batch(ImageSet images)
    {
        var batch = new Batch(images.Count, images.Height, images.Width);
        for (var n = 0; n < images.Count; n++)
        {
            SampleWriter.Write(images[n], View.Whole, batch, n);
        }

        return BatchTensors.Images(batch, CPU);
    }

    // By the median: where two pixels of a pooling window are nearly equal, the last digit decides which one unpooling fills, and that
    // moves all that sees it.
    private static void Compare(Tensor[] expected, Tensor[] actual, double limit = 1e-4)
    {
        foreach (var (left, right) in expected.Zip(actual))
        {
            Assert.InRange((left - right).abs().median().item<float>() / left.abs().mean().item<float>(), 0, limit);
        }
    }

    private void Write(PerceptionNetwork network) =>
        OnnxFile.Write(File, ModelExporter.Export(network, Exports.Description(network, Height * network.ImageScale, Width * network.ImageScale), out _));
}
