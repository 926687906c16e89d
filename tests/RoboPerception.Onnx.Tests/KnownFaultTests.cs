namespace RoboPerception.Onnx.Tests;

/// <summary>What a provider is known to get wrong is refused by name and number; what the exporter and the passes write instead is not.</summary>
public sealed class KnownFaultTests
{
    private static readonly string Models = Path.Combine(Root(), "models");

    public static TheoryData<string> ShippedFiles => [.. Directory.EnumerateFiles(Models, "*.onnx").Select(path => Path.GetFileName(path)!)];

    [Fact]
    public void A_convolution_that_pads_one_side_alone_is_refused_by_number()
    {
        var fault = Assert.Single(GraphChecker.Faults(OneSided("Conv", [0, 0, 1, 1])));
        Assert.Contains("asymmetric-conv-pads", fault, StringComparison.Ordinal);
        Assert.Contains("onnxruntime#26215", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pooling_that_pads_one_side_alone_is_refused_by_number() =>
        Assert.Contains("onnxruntime#29631", Assert.Single(GraphChecker.Faults(OneSided("MaxPool", [0, 0, 1, 1]))), StringComparison.Ordinal);

    [Fact]
    public void Padding_of_both_sides_is_sound() => Assert.Empty(GraphChecker.Faults(OneSided("Conv", [1, 1, 1, 1])));

    [Theory]
    [InlineData("Conv")]
    [InlineData("MaxPool")]
    public void The_pass_makes_it_sound_and_keeps_every_bit(string operation)
    {
        var before = OneSided(operation, [0, 0, 1, 1]);
        var after = OneSided(operation, [0, 0, 1, 1]);
        Assert.Equal(1, PadPass.Apply(after));
        Assert.Empty(GraphChecker.Faults(after));
        Assert.Equal(["Pad", operation], after.Nodes.Select(node => node.Operator));
        var image = Graphs.Numbers(new Random(3), 2 * 6 * 6);
        Assert.Equal(Graphs.Run(before, image), Graphs.Run(after, image));
        Assert.Equal(0, PadPass.Apply(after));
    }

    [Fact]
    public void For_the_CPU_a_pad_of_zeros_goes_back_into_its_convolution_and_no_other_does()
    {
        var graph = OneSided("Conv", [0, 0, 1, 1]);
        PadPass.Apply(graph);
        var image = Graphs.Numbers(new Random(3), 2 * 6 * 6);
        var expected = Graphs.Run(graph, image);
        Assert.Equal(1, PadPass.FoldBack(graph));
        Assert.Equal([0, 0, 1, 1], Assert.Single(graph.Nodes).Attribute("pads", Array.Empty<long>()));
        Assert.DoesNotContain("pad_zero", graph.Initializers.Keys);
        Assert.Equal(expected, Graphs.Run(graph, image));

        foreach (var change in new Action<Graph>[]
        {
            other => other.Initializers["pad_zero"] = Initializer.Floats("pad_zero", [1]),
            other => other.Nodes[0] = other.Nodes[0] with { Attributes = new Dictionary<string, object> { ["mode"] = "edge" } },
            other => other.Initializers["pads_0_0_1_1"] = Initializer.Integers("pads_0_0_1_1", [0, 1, 0, 0, 0, 0, 1, 1], 8),
        })
        {
            var other = OneSided("Conv", [0, 0, 1, 1]);
            PadPass.Apply(other);
            change(other);
            Assert.Equal(0, PadPass.FoldBack(other));
            Assert.Equal(["Pad", "Conv"], other.Nodes.Select(node => node.Operator));
        }

        var pool = OneSided("MaxPool", [0, 0, 1, 1]);
        PadPass.Apply(pool);
        Assert.Equal(0, PadPass.FoldBack(pool));
    }

    [Fact]
    public void A_pad_that_the_runtime_would_fold_back_is_refused()
    {
        var graph = OneSided("Conv", [0, 0, 1, 1]);
        PadPass.Apply(graph);
        var conv = graph.Nodes[1];
        graph.Nodes[1] = conv with { Attributes = new Dictionary<string, object> { ["kernel_shape"] = new long[] { 3, 3 }, ["pads"] = new long[4], ["strides"] = new long[] { 2, 2 } } };
        Assert.Contains("pad-folded-back", Assert.Single(GraphChecker.Faults(graph)), StringComparison.Ordinal);
    }

    [Fact]
    public void The_builder_never_writes_one_sided_padding()
    {
        var builder = new GraphBuilder("test");
        var x = builder.Input("x", ElementType.Float, 1, 2, 6, 6);
        var weight = builder.Constant(Graphs.Numbers(new Random(1), 2 * 2 * 9), 2, 2, 3, 3);
        builder.Output("y", builder.Conv(x, weight, null, [0, 0, 1, 1], [2, 2], [1, 1], 1));
        var graph = builder.Build();
        Assert.Equal(["Pad", "Conv"], graph.Nodes.Select(node => node.Operator));
        Assert.Equal("VALID", graph.Nodes[1].Attribute("auto_pad", ""));
        Assert.Equal([1, 2, 3, 3], graph.Outputs[0].Type.Shape);
    }

    [Fact]
    public void Sums_of_quantised_values_around_another_zero_are_told_and_not_refused()
    {
        var graph = OneSided("Conv", [1, 1, 1, 1]);
        graph.Initializers.Add("step", Initializer.Floats("step", [0.1f]));
        graph.Initializers.Add("zero", new Initializer("zero", new TensorType(ElementType.UInt8), [3]));
        graph.Nodes.Add(new Node("QuantizeLinear", "q", ["y", "step", "zero"], ["bytes"], new Dictionary<string, object>()));
        Assert.Empty(GraphChecker.Faults(graph));
        Assert.Contains("TensorRT#2774", Assert.Single(GraphChecker.Notes(graph)), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_pattern_has_a_name_of_its_own_and_a_number()
    {
        Assert.Equal(KnownFaults.All.Count, KnownFaults.All.Select(fault => fault.Name).Distinct().Count());
        Assert.All(KnownFaults.All, fault => Assert.Matches("(onnxruntime|TensorRT|onnx-tensorrt)#[0-9]+", fault.Source));
    }

    [Theory]
    [MemberData(nameof(ShippedFiles))]
    public void Every_shipped_file_passes(string file) => Assert.Empty(GraphChecker.Faults(OnnxFile.Read(Path.Combine(Models, file)).Graph));

    /// <summary>x (1,2,6,6) through one node with the given pads, stride 2.</summary>
    private static Graph OneSided(string operation, long[] pads)
    {
        var graph = new Graph("test");
        graph.Inputs.Add(new GraphValue("x", new TensorType(ElementType.Float, 1, 2, 6, 6)));
        graph.Initializers.Add("weight", Initializer.Floats("weight", Graphs.Numbers(new Random(2), 2 * 2 * 9), 2, 2, 3, 3));
        var attributes = new Dictionary<string, object> { ["kernel_shape"] = new long[] { 3, 3 }, ["pads"] = pads, ["strides"] = new long[] { 2, 2 } };
        graph.Nodes.Add(new Node(operation, "node", operation == "Conv" ? ["x", "weight"] : ["x"], ["y"], attributes));
        graph.Outputs.Add(new GraphValue("y", new TensorType(ElementType.Float, 1, 2, 3, 3)));
        return graph;
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "RoboPerception.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("The repository was not found above the test.");
    }
}
