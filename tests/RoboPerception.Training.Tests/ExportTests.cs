using RoboPerception.Core;
using RoboPerception.Onnx;
using RoboPerception.Training.Export;
using RoboPerception.Training.Networks;
using RoboPerception.Training.Tasks;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace RoboPerception.Training.Tests;

public sealed class ExportTests
{
    private static readonly long[] Window = [2, 2];

    [Theory]
    [InlineData(NetworkSpec.Mtan, 3, 1)]
    [InlineData(NetworkSpec.Mtan, 3, 3)]
    [InlineData(NetworkSpec.Mtan, 1, 1)]
    [InlineData(NetworkSpec.Split, 3, 1)]
    [InlineData(NetworkSpec.Split, 3, 2)]
    [InlineData(NetworkSpec.Single, 1, 1)]
    [InlineData(NetworkSpec.Stan, 1, 1)]
    [InlineData(NetworkSpec.Split + ":type=deep", 3, 1)]
    [InlineData(NetworkSpec.Dense, 3, 1)]
    [InlineData(NetworkSpec.CrossStitch, 3, 1)]
    [InlineData(NetworkSpec.CrossStitch + ":mode=paper", 3, 1)]
    public void An_exported_network_predicts_as_libtorch_does(string family, int tasks, int imageScale)
    {
        using var network = Shaken(family, tasks);
        network.ImageScale = imageScale;
        var model = ModelExporter.Export(network, Exports.Description(network, 64 * imageScale, 96 * imageScale), out var parity);
        Assert.True(parity.Passed, parity.ToString());
        var description = ModelMetadata.Read(model.Metadata);
        Assert.Equal(tasks, description.Outputs.Count);
        Assert.NotNull(description.Golden);
        Assert.DoesNotContain(model.Graph.Nodes, node => node.Operator is "BatchNormalization" or "MaxUnpool" or "Identity");
    }

    [Fact]
    public void The_graph_has_the_types_of_the_model_contract()
    {
        using var network = Shaken(NetworkSpec.Mtan, 3);
        var graph = ModelExporter.BuildGraph(network, 64, 96);
        Assert.Equal(new GraphValue("image", new TensorType(ElementType.UInt8, 1, 64, 96, 3)), Assert.Single(graph.Inputs));
        Assert.Equal(
            [
                new GraphValue("segmentation", new TensorType(ElementType.UInt8, 1, 64, 96)),
                new GraphValue("depth", new TensorType(ElementType.Float, 1, 64, 96)),
                new GraphValue("normals", new TensorType(ElementType.Float, 1, 3, 64, 96)),
            ],
            graph.Outputs);
    }

    [Fact]
    public void A_size_that_the_network_cannot_pool_is_refused()
    {
        using var network = Shaken(NetworkSpec.Split, 3);
        Assert.Contains("multiples of 32", Assert.Throws<UserErrorException>(() => ModelExporter.BuildGraph(network, 50, 96)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_graph_that_predicts_differently_is_noticed()
    {
        using var scope = NewDisposeScope();
        using var network = Shaken(NetworkSpec.Split, 3);
        using var runner = new GraphRunner(OnnxFile.ToBytes(new OnnxModel(ModelExporter.BuildGraph(network, 64, 96))), 64, 96);
        using (no_grad())
        {
            network.named_parameters().First(pair => pair.name == "pred_task2.1.bias").parameter.add_(0.01);
        }

        Assert.False(ExportParity.Measure(network, runner).Passed);
    }

    [Fact]
    public void Unpooling_puts_ties_where_libtorch_puts_them()
    {
        using var scope = NewDisposeScope();
        // Few distinct values: almost every window has a tie.
        var source = randint(0, 3, [1, 2, 8, 8]).to(float32);
        var (pooled, indices) = F.max_pool2d_with_indices(source, Window, Window);
        var values = rand(1, 2, 4, 4);
        var expected = F.max_unpool2d(values, indices, Window, Window, [0, 0], [1, 2, 8, 8]);

        var graph = new GraphBuilder("test");
        var x = graph.Input("x", ElementType.Float, 1, 2, 4, 4);
        var map = graph.Constant(source.data<float>().ToArray(), 1, 2, 8, 8);
        graph.Output("y", LayerExport.Unpool(graph, x, map, graph.MaxPool(map, 2, 2)));
        using var session = new Microsoft.ML.OnnxRuntime.InferenceSession(OnnxFile.ToBytes(new OnnxModel(graph.Build())));
        using var input = Microsoft.ML.OnnxRuntime.OrtValue.CreateTensorValueFromMemory(values.data<float>().ToArray(), [1, 2, 4, 4]);
        using var options = new Microsoft.ML.OnnxRuntime.RunOptions();
        using var outputs = session.Run(options, ["x"], [input], ["y"]);
        Assert.Equal(expected.data<float>().ToArray(), outputs[0].GetTensorDataAsSpan<float>().ToArray());
    }

    [Fact]
    public void Depth_below_zero_becomes_zero()
    {
        using var network = Shaken(NetworkSpec.Single, 1, TaskDescription.Depth);
        using (no_grad())
        {
            network.named_parameters().First(pair => pair.name == "pred_task.1.bias").parameter.fill_(-100);
        }

        using var runner = new GraphRunner(OnnxFile.ToBytes(new OnnxModel(ModelExporter.BuildGraph(network, 32, 32))), 32, 32);
        Assert.All(runner.Run(new byte[32 * 32 * 3]).Values("depth"), depth => Assert.Equal(0, depth));
    }

    /// <summary>A network whose batch norms are not trivial, as if it had been trained.</summary>
    private static PerceptionNetwork Shaken(string family, int tasks, TaskDescription? only = null)
    {
        // With 11 the dense network has two nearly equal pixels in a pooling window: the last digit decides, and all that sees them moves.
        random.manual_seed(family == NetworkSpec.Dense ? 12 : 11);
        var text = family + (family.Contains(':', StringComparison.Ordinal) ? ';' : ':') + "widths=8,8,8,16,16";
        var network = PerceptionNetwork.Create(NetworkSpec.Parse(text), only is null ? [.. TaskDescription.NyuThree.Take(tasks)] : [only]);
        Exports.Shake(network);
        return network;
    }
}
