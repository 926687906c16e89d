namespace RoboPerception.Onnx.Tests;

public sealed class CheckerTests
{
    private static readonly Dictionary<string, object> None = [];
    private readonly Graph graph = new("test");

    public CheckerTests()
    {
        graph.Inputs.Add(new GraphValue("x", new TensorType(ElementType.Float, 1, 2, 4, 4)));
        graph.Nodes.Add(new Node("Relu", "first", ["x"], ["a"], None));
        graph.Outputs.Add(new GraphValue("a", new TensorType(ElementType.Float, 1, 2, 4, 4)));
    }

    [Fact]
    public void A_sound_graph_has_no_faults() => Assert.Empty(GraphChecker.Faults(graph));

    [Fact]
    public void An_operator_that_TensorRT_does_not_run_is_named()
    {
        graph.Nodes.Add(new Node("MaxUnpool", "unpool", ["a"], ["b"], None));
        Assert.Contains("'MaxUnpool'", Assert.Single(GraphChecker.Faults(graph)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_tensor_read_before_it_is_computed_is_named()
    {
        graph.Nodes.Insert(0, new Node("Relu", "early", ["a"], ["b"], None));
        Assert.Contains("reads 'a' before it is computed", Assert.Single(GraphChecker.Faults(graph)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_written_twice_is_a_fault()
    {
        graph.Nodes.Add(new Node("Sigmoid", "second", ["x"], ["a"], None));
        Assert.Contains("'a' has the name of another tensor", Assert.Single(GraphChecker.Faults(graph)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_node_name_that_occurs_twice_is_a_fault()
    {
        graph.Nodes.Add(new Node("Sigmoid", "first", ["x"], ["b"], None));
        Assert.Contains("node name 'first' occurs twice", Assert.Single(GraphChecker.Faults(graph)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_wrong_declared_output_is_shown_with_both_types()
    {
        graph.Outputs[0] = new GraphValue("a", new TensorType(ElementType.Float, 1, 2, 4, 5));
        Assert.Contains("declared Float[1,2,4,5] but computed as Float[1,2,4,4]", Assert.Single(GraphChecker.Faults(graph)), StringComparison.Ordinal);
    }

    [Fact]
    public void An_output_that_nothing_computes_is_a_fault()
    {
        graph.Outputs.Add(new GraphValue("b", new TensorType(ElementType.Float, 1)));
        Assert.Contains("'b' is never computed", Assert.Single(GraphChecker.Faults(graph)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_dynamic_dimension_is_a_fault()
    {
        graph.Inputs.Add(new GraphValue("y", new TensorType(ElementType.Float, -1, 2)));
        Assert.Contains("fixed, positive dimensions", Assert.Single(GraphChecker.Faults(graph)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_resize_that_TensorRT_cannot_do_is_a_fault()
    {
        graph.Initializers.Add("sizes", Initializer.Integers("sizes", [1, 2, 8, 8], 4));
        graph.Nodes.Add(new Node("Resize", "up", ["a", "", "", "sizes"], ["b"], new Dictionary<string, object> { ["mode"] = "cubic" }));
        Assert.Contains("'cubic'", Assert.Single(GraphChecker.Faults(graph)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_pooling_with_an_index_output_is_a_fault()
    {
        var attributes = new Dictionary<string, object> { ["kernel_shape"] = new long[] { 2, 2 }, ["strides"] = new long[] { 2, 2 } };
        graph.Nodes.Add(new Node("MaxPool", "pool", ["a"], ["b", "indices"], attributes));
        Assert.Contains("2 outputs", Assert.Single(GraphChecker.Faults(graph)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_weight_that_is_computed_is_a_fault()
    {
        graph.Nodes.Add(new Node("Conv", "conv", ["a", "x"], ["b"], None));
        Assert.Contains(GraphChecker.Faults(graph), fault => fault.Contains("weight as a constant", StringComparison.Ordinal));
    }

    [Fact]
    public void Check_lists_every_fault()
    {
        graph.Nodes.Add(new Node("Loop", "loop", ["a"], ["b"], None));
        graph.Nodes.Add(new Node("NonZero", "where", ["a"], ["c"], None));
        var error = Assert.Throws<FormatException>(() => GraphChecker.Check(graph));
        Assert.Contains("2 fault(s)", error.Message, StringComparison.Ordinal);
    }
}
