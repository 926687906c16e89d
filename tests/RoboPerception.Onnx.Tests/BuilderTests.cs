namespace RoboPerception.Onnx.Tests;

public sealed class BuilderTests
{
    private readonly GraphBuilder graph = new("test");

    [Fact]
    public void A_convolution_of_stride_two_halves_the_image()
    {
        var x = graph.Input("x", ElementType.Float, 1, 3, 32, 48);
        var y = graph.Conv(x, graph.Constant(new float[8 * 3 * 9], 8, 3, 3, 3), null, padding: 1, stride: 2);
        Assert.Equal(new TensorType(ElementType.Float, 1, 8, 16, 24), y.Type);
    }

    [Fact]
    public void A_weight_that_does_not_fit_is_refused_where_it_is_used()
    {
        var x = graph.Input("x", ElementType.Float, 1, 3, 8, 8);
        using var scope = graph.Scope("encoder");
        var error = Assert.Throws<FormatException>(() => graph.Conv(x, graph.Constant(new float[8 * 4], 8, 4, 1, 1), null));
        Assert.Contains("encoder/Conv", error.Message, StringComparison.Ordinal);
        Assert.Contains("Float[8,4,1,1]", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Shapes_that_do_not_broadcast_are_refused()
    {
        var x = graph.Input("x", ElementType.Float, 1, 3, 8, 8);
        var y = graph.Input("y", ElementType.Float, 1, 2, 8, 8);
        Assert.Throws<FormatException>(() => graph.Mul(x, y));
    }

    [Fact]
    public void Equal_constants_are_stored_once()
    {
        var first = graph.Constant([1f, 2f], 2);
        var second = graph.Constant([1f, 2f], 2);
        var other = graph.Constant([1f, 2f], 1, 2);
        Assert.Equal(first, second);
        Assert.NotEqual(first, other);
    }

    [Fact]
    public void Nodes_are_named_by_their_scopes_and_counted()
    {
        var x = graph.Input("x", ElementType.Float, 1, 1, 4, 4);
        using (graph.Scope("encoder.0"))
        {
            x = graph.Relu(graph.Relu(x));
        }

        graph.Output("y", graph.Sigmoid(x));
        Assert.Equal(["encoder.0/Relu", "encoder.0/Relu_2", "Sigmoid"], graph.Build().Nodes.Select(node => node.Name));
    }

    [Fact]
    public void Outputs_carry_the_names_they_were_given()
    {
        var x = graph.Input("x", ElementType.Float, 1, 1, 4, 4);
        var y = graph.Relu(x);
        graph.Output("rectified", y);
        graph.Output("masked", graph.Sigmoid(y));
        var built = graph.Build();
        Assert.Equal(["rectified", "masked"], built.Outputs.Select(output => output.Name));
        Assert.DoesNotContain(built.Nodes, node => node.Operator == "Identity");
    }

    [Theory]
    [InlineData(ResizeRule.LinearAlignCorners, new[] { 0f, 1f / 3, 2f / 3, 1f })]
    [InlineData(ResizeRule.LinearHalfPixel, new[] { 0f, 0.25f, 0.75f, 1f })]
    [InlineData(ResizeRule.NearestAsymmetric, new[] { 0f, 0f, 1f, 1f })]
    public void Resizing_places_samples_as_its_rule_says(object rule, float[] expected)
    {
        var x = graph.Input("x", ElementType.Float, 1, 1, 1, 2);
        graph.Output("y", graph.Resize(x, 1, 4, (ResizeRule)rule));
        var actual = Graphs.Run(graph.Build(), [0, 1]);
        Assert.All(actual.Zip(expected), pair => Assert.Equal(pair.Second, pair.First, 6));
    }

    [Fact]
    public void Inferred_shapes_are_those_of_the_runtime()
    {
        var x = graph.Input("x", ElementType.Float, 1, 4, 6, 8);
        var parts = graph.Slice(x, [1, 0], [long.MaxValue, long.MaxValue], [2, 3], [2, 2]);
        var y = graph.DepthToSpace(graph.Concat(1, parts, graph.MaxPool(x, 2, 2)), 2);
        y = graph.Transpose(graph.ReduceSum(graph.Reshape(y, 1, 2, -1, 8), 2, keep: false), 0, 2, 1);
        graph.Output("y", y);
        Assert.Equal(y.Type.ElementCount, Graphs.Run(graph.Build(), new float[4 * 6 * 8]).Length);
    }
}
