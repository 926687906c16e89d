using RoboPerception.Onnx;
using RoboPerception.Training.Networks;
using static TorchSharp.torch;

namespace RoboPerception.Training.Tests;

public sealed class WideResNetTests
{
    [Fact]
    public void The_decathlon_network_has_the_published_number_of_parameters()
    {
        using var network = new WideResNetMtan(WideResNetMtan.Decathlon);
        (string Prefix, long Count)[] expected =
        [
            ("conv1.", 448), ("layer1.", 269_792), ("layer2.", 1_117_184), ("layer3.", 4_462_592), ("bn1.", 512), ("encoder_att.7.", 261_344),
            ("encoder_block_att.", 969_792), ("linear.", 803_896), ("", 10_237_656),
        ];
        Assert.Equal(expected, expected.Select(part => (part.Prefix, network.named_parameters()
            .Where(pair => pair.name.StartsWith(part.Prefix, StringComparison.Ordinal)).Sum(pair => pair.parameter.numel()))));
        Assert.Equal(10_237_656, network.ParameterCount);
    }

    [Fact]
    public void Only_the_branch_of_the_data_set_runs()
    {
        using var scope = NewDisposeScope();
        using var network = new WideResNetMtan([4, 3], 10, 1);
        var prediction = network.forward(rand(2, 3, 72, 72), 1);
        Assert.Equal([2L, 3], prediction.shape);
        Assert.True(prediction.sum([1L]).allclose(ones(2), 1e-5, 1e-5));
        WideResNetMtan.Loss(prediction, tensor(new[] { 0L, 2L })).backward();
        Assert.All(network.named_parameters(), pair => Assert.Equal(pair.name.StartsWith("linear.0.", StringComparison.Ordinal) || pair.name.StartsWith("encoder_att.0.", StringComparison.Ordinal), pair.parameter.grad is null));
    }

    [Fact]
    public void The_loss_of_a_certain_wrong_prediction_is_finite()
    {
        using var scope = NewDisposeScope();
        Assert.Equal(-Math.Log(1e-20), WideResNetMtan.Loss(tensor(new[] { 1f, 0f }, [1, 2]), tensor(new[] { 1L })).item<float>(), 1e-3);
    }

    [Fact]
    public void The_graph_predicts_as_the_network_for_every_data_set()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(3);
        using var network = new WideResNetMtan([4, 3, 7], 10, 1);
        network.forward(rand(2, 3, 72, 72), 0);
        network.eval();
        var graph = new GraphBuilder("wrn");
        var image = graph.Input("x", ElementType.Float, 1, 3, 72, 72);
        var predictions = network.Export(graph, image);
        for (var k = 0; k < predictions.Count; k++)
        {
            graph.Output($"y{k}", predictions[k]);
        }

        var built = graph.Build();
        Passes.FoldBatchNorm(built);
        GraphChecker.Check(built);
        using var session = new Microsoft.ML.OnnxRuntime.InferenceSession(OnnxFile.ToBytes(new OnnxModel(built)));
        var inputImage = randn(1, 3, 72, 72);
        using var input = Microsoft.ML.OnnxRuntime.OrtValue.CreateTensorValueFromMemory(inputImage.data<float>().ToArray(), [1, 3, 72, 72]);
        using var options = new Microsoft.ML.OnnxRuntime.RunOptions();
        using var outputs = session.Run(options, ["x"], [input], ["y0", "y1", "y2"]);
        for (var k = 0; k < predictions.Count; k++)
        {
            var expected = network.forward(inputImage, k).data<float>().ToArray();
            Assert.All(expected.Zip(outputs[k].GetTensorDataAsSpan<float>().ToArray()), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
        }
    }
}
