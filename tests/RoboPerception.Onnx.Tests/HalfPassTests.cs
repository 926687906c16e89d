namespace RoboPerception.Onnx.Tests;

/// <summary>Half precision computes in 16 bits up to the last convolutions and keeps the borders of the graph.</summary>
public sealed class HalfPassTests
{
    private static readonly float[] Image = Graphs.Numbers(new Random(9), 3 * 8 * 8);

    [Fact]
    public void Predictions_stay_float32_and_within_the_digits_of_16_bits()
    {
        var graph = Network();
        var half = HalfPass.Apply(graph);
        Assert.Empty(GraphChecker.Faults(half));
        Assert.Equal(ElementType.Float, half.Outputs[0].Type.Element);
        var (expected, found) = (Graphs.Run(graph, Image), Graphs.Run(half, Image));
        Assert.InRange(expected.Zip(found, (a, b) => Math.Abs(a - b)).Average() / expected.Average(value => Math.Abs(value)), 1e-6, 2e-3);
    }

    [Fact]
    public void The_constants_take_half_the_bytes_and_none_is_infinite()
    {
        var graph = Network();
        var half = HalfPass.Apply(graph);
        Assert.All(half.Initializers.Values.Where(constant => constant.Type.Element == ElementType.Float), constant => Assert.True(constant.Data.Length <= 4, constant.Name));
        var weights = half.Initializers.Values.Where(constant => constant.Type.Element == ElementType.Float16).ToArray();
        Assert.Equal(graph.Initializers.Values.Where(constant => constant.Type.Rank == 4).Sum(constant => constant.Data.Length) / 2, weights.Where(constant => constant.Type.Rank == 4).Sum(constant => constant.Data.Length));
        Assert.All(weights, constant => Assert.All(System.Runtime.InteropServices.MemoryMarshal.Cast<byte, Half>(constant.Data).ToArray(), value => Assert.True(Half.IsFinite(value))));
        Assert.Contains(weights, constant => System.Runtime.InteropServices.MemoryMarshal.Cast<byte, Half>(constant.Data).ToArray().Contains(Half.MaxValue));
    }

    [Fact]
    public void What_comes_behind_the_last_convolution_computes_in_32_bits()
    {
        var half = HalfPass.Apply(Network());
        var view = new GraphView(half);
        Assert.Equal(ElementType.Float, view.Type(half.Nodes.Single(node => node.Operator == "Exp").Outputs[0])!.Element);
        Assert.All(half.Nodes.Where(node => node.Operator is "Conv" or "Clip"), node => Assert.Equal(ElementType.Float16, view.Type(node.Outputs[0])!.Element));
    }

    [Fact]
    public void A_quantised_graph_is_refused()
    {
        var graph = Network();
        graph.Nodes.Add(new Node("QuantizeLinear", "q", ["y"], ["bytes"], new Dictionary<string, object>()));
        Assert.Throws<ArgumentException>(() => HalfPass.Apply(graph));
    }

    /// <summary>Two convolutions with a bound that 16 bits do not hold between them, and an exponential behind.</summary>
    private static Graph Network()
    {
        var random = new Random(5);
        var builder = new GraphBuilder("test");
        var x = builder.Input("x", ElementType.Float, 1, 3, 8, 8);
        var first = builder.Clip(builder.Conv(x, builder.Constant(Graphs.Numbers(random, 4 * 3 * 9), 4, 3, 3, 3), null, padding: 1), 0, 1e6f);
        builder.Output("y", builder.Exp(builder.Conv(first, builder.Constant(Graphs.Numbers(random, 8), 2, 4, 1, 1), null)));
        return builder.Build();
    }
}
