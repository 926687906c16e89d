using Microsoft.ML.OnnxRuntime;

namespace RoboPerception.Onnx.Tests;

/// <summary>Graphs and runs that several test classes share.</summary>
internal static class Graphs
{
    /// <summary>Image (1,3,8,8), convolution to 4 channels, batch norm, rectifier.</summary>
    public static GraphBuilder ConvNormRelu(out Value result)
    {
        var random = new Random(5);
        var graph = new GraphBuilder("test");
        var x = graph.Input("x", ElementType.Float, 1, 3, 8, 8);
        var conv = graph.Conv(x, graph.Constant(Numbers(random, 4 * 3 * 9), 4, 3, 3, 3), graph.Constant(Numbers(random, 4), 4), padding: 1);
        result = graph.Relu(Norm(graph, random, conv, 4));
        return graph;
    }

    /// <summary>A batch norm with random statistics.</summary>
    public static Value Norm(GraphBuilder graph, Random random, Value x, int channels) => graph.BatchNormalization(
        x,
        graph.Constant(Numbers(random, channels), channels),
        graph.Constant(Numbers(random, channels), channels),
        graph.Constant(Numbers(random, channels), channels),
        graph.Constant([.. Numbers(random, channels).Select(value => 0.1f + Math.Abs(value))], channels),
        1e-5f);

    public static float[] Numbers(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => (2 * random.NextSingle()) - 1)];

    /// <summary>The first output of a graph with one float input "x".</summary>
    public static float[] Run(Graph graph, float[] x)
    {
        using var session = new InferenceSession(OnnxFile.ToBytes(new OnnxModel(graph)));
        using var options = new RunOptions();
        using var input = OrtValue.CreateTensorValueFromMemory(x, [.. graph.Inputs[0].Type.Shape]);
        using var outputs = session.Run(options, ["x"], [input], [graph.Outputs[0].Name]);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }
}
