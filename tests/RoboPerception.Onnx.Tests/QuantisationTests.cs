namespace RoboPerception.Onnx.Tests;

/// <summary>A quantised graph predicts as the float one does but for its rounding, and is in the form that runtimes turn into integers.</summary>
public sealed class QuantisationTests
{
    private static readonly float[] Image = Graphs.Numbers(new Random(9), 3 * 8 * 8);

    [Fact]
    public void Bytes_hold_zero_exactly_whatever_the_range()
    {
        foreach (var range in new TensorRange[] { new(0, 6), new(-1, 3), new(0.5f, 2), new(-4, -1) })
        {
            var (scale, zero) = range.ToBytes();
            Assert.True((0 - zero) * scale <= Math.Min(range.Minimum, 0) + scale);
            Assert.True((255 - zero) * scale >= Math.Max(range.Maximum, 0) - scale);
        }

        Assert.Equal((byte)0, new TensorRange(0, 6).ToBytes().Zero);
    }

    [Fact]
    public void The_predictions_stay_within_the_rounding()
    {
        var graph = TwoConvolutions();
        var plan = new QuantisationPlan(graph, _ => false);
        var quantised = QuantisePass.Apply(graph, plan, Ranges(graph, plan));
        WithinRounding(graph, quantised, 0.02);
    }

    [Fact]
    public void The_last_convolution_and_what_is_kept_stay_in_float()
    {
        var graph = TwoConvolutions();
        Assert.Equal(1, new QuantisationPlan(graph, _ => false).Count);
        Assert.Equal(0, new QuantisationPlan(graph, node => node.Name == "Conv").Count);
    }

    [Fact]
    public void Weights_have_a_step_for_every_channel_and_are_a_quarter_of_the_size()
    {
        var graph = TwoConvolutions();
        var plan = new QuantisationPlan(graph, _ => false);
        var quantised = QuantisePass.Apply(graph, plan, Ranges(graph, plan));
        Assert.Equal(ElementType.Int8, quantised.Initializers["Conv:weight/bytes"].Type.Element);
        Assert.Equal([4], quantised.Initializers["Conv:weight/scale"].Type.Shape);
        Assert.DoesNotContain(graph.Nodes[0].Inputs[1], quantised.Initializers.Keys);
    }

    [Fact]
    public void A_pad_moves_bytes_and_fills_with_their_zero()
    {
        var random = new Random(4);
        var builder = new GraphBuilder("test");
        var x = builder.Input("x", ElementType.Float, 1, 3, 8, 8);
        var first = builder.Conv(x, builder.Constant(Graphs.Numbers(random, 4 * 3), 4, 3, 1, 1), null);
        var second = builder.Conv(first, builder.Constant(Graphs.Numbers(random, 4 * 4 * 9), 4, 4, 3, 3), null, [0, 0, 1, 1], [2, 2], [1, 1], 1);
        builder.Output("y", builder.Conv(second, builder.Constant(Graphs.Numbers(random, 4), 1, 4, 1, 1), null));
        var graph = builder.Build();
        var plan = new QuantisationPlan(graph, _ => false);
        var quantised = QuantisePass.Apply(graph, plan, Ranges(graph, plan));
        var pad = quantised.Nodes.Single(node => node.Operator == "Pad");
        Assert.Equal(ElementType.UInt8, quantised.Initializers[pad.Inputs[2]].Type.Element);
        WithinRounding(graph, quantised, 0.03);
    }

    [Fact]
    public void Floats_that_are_moved_before_a_convolution_in_bytes_become_bytes_where_it_reads_them()
    {
        var random = new Random(11);
        var builder = new GraphBuilder("test");
        var x = builder.Input("x", ElementType.Float, 1, 3, 8, 8);
        var first = builder.Conv(x, builder.Constant(Graphs.Numbers(random, 4 * 3), 4, 3, 1, 1), null);
        var moved = builder.Reshape(builder.Reshape(first, 1, 8, 4, 8), 1, 4, 8, 8);
        var second = builder.Conv(moved, builder.Constant(Graphs.Numbers(random, 4 * 4), 4, 4, 1, 1), null);
        builder.Output("y", builder.Conv(second, builder.Constant(Graphs.Numbers(random, 4), 1, 4, 1, 1), null));
        var graph = builder.Build();
        var plan = new QuantisationPlan(graph, node => node.Name == graph.Nodes[0].Name);
        Assert.Equal(1, plan.Count);
        var quantised = QuantisePass.Apply(graph, plan, Ranges(graph, plan));
        Assert.Equal(2, quantised.Nodes.Count(node => node.Operator == "QuantizeLinear"));
        WithinRounding(graph, quantised, 0.03);
    }

    [Fact]
    public void The_bias_of_a_convolution_in_bytes_can_be_shifted_and_put_back()
    {
        var random = new Random(8);
        var builder = new GraphBuilder("test");
        var x = builder.Input("x", ElementType.Float, 1, 3, 8, 8);
        var last = builder.Conv(x, builder.Constant(Graphs.Numbers(random, 2 * 3), 2, 3, 1, 1), builder.Constant(Graphs.Numbers(random, 2), 2));
        builder.Output("y", builder.Resize(last, 16, 16, ResizeRule.LinearHalfPixel));
        var graph = builder.Build();
        var plan = new QuantisationPlan(graph, _ => false);
        var name = Assert.Single(plan.Predicting).Name;
        // Room for the shift: bytes hold no more than their range.
        var ranges = Ranges(graph, plan).ToDictionary(pair => pair.Key, pair => new TensorRange(pair.Value.Minimum - 1, pair.Value.Maximum + 1));
        var quantised = QuantisePass.Apply(graph, plan, ranges);
        var original = Graphs.Run(quantised, Image);

        var before = QuantisePass.ShiftBias(quantised, name, [0.5, -0.25])!;
        var shifted = Graphs.Run(quantised, Image);
        var step = (ranges[last.Name].Maximum - ranges[last.Name].Minimum) / 255;
        Assert.Equal(0.5, shifted[..256].Average() - original[..256].Average(), step);
        Assert.Equal(-0.25, shifted[256..].Average() - original[256..].Average(), step);

        quantised.Initializers[before.Name] = before;
        Assert.Equal(original, Graphs.Run(quantised, Image));
        Assert.Null(QuantisePass.ShiftBias(quantised, "no such convolution", [0]));
    }

    [Fact]
    public void The_choice_of_the_largest_is_made_among_bytes()
    {
        var random = new Random(6);
        var builder = new GraphBuilder("test");
        var x = builder.Input("x", ElementType.Float, 1, 3, 8, 8);
        var scores = builder.Resize(builder.Conv(x, builder.Constant(Graphs.Numbers(random, 5 * 3), 5, 3, 1, 1), null), 16, 16, ResizeRule.LinearHalfPixel);
        builder.Output("y", builder.Cast(builder.ArgMax(scores, 1), ElementType.Float));
        var graph = builder.Build();
        var plan = new QuantisationPlan(graph, _ => false);
        Assert.Equal(1, plan.Count);
        var quantised = QuantisePass.Apply(graph, plan, Ranges(graph, plan));
        Assert.Empty(GraphChecker.Faults(quantised));
        Assert.EndsWith("/bytes", quantised.Nodes.Single(node => node.Operator == "ArgMax").Inputs[0], StringComparison.Ordinal);
        var (expected, found) = (Graphs.Run(graph, Image), Graphs.Run(quantised, Image));
        Assert.InRange(expected.Zip(found).Count(pair => pair.First != pair.Second), 0, 16 * 16 / 10);
    }

    /// <summary>The quantised graph is one that runtimes take, and deviates by no more than a share of the float one's mean size, but does.</summary>
    private static void WithinRounding(Graph graph, Graph quantised, double share)
    {
        Assert.Empty(GraphChecker.Faults(quantised));
        var (expected, found) = (Graphs.Run(graph, Image), Graphs.Run(quantised, Image));
        Assert.InRange(expected.Zip(found, (a, b) => Math.Abs(a - b)).Average() / expected.Average(value => Math.Abs(value)), 1e-6, share);
    }

    /// <summary>A convolution with a rectifier, and a last one behind it.</summary>
    private static Graph TwoConvolutions()
    {
        var random = new Random(5);
        var builder = new GraphBuilder("test");
        var x = builder.Input("x", ElementType.Float, 1, 3, 8, 8);
        var first = builder.Relu(builder.Conv(x, builder.Constant(Graphs.Numbers(random, 4 * 3 * 9), 4, 3, 3, 3), builder.Constant(Graphs.Numbers(random, 4), 4), padding: 1));
        builder.Output("y", builder.Conv(first, builder.Constant(Graphs.Numbers(random, 8), 2, 4, 1, 1), null));
        return builder.Build();
    }

    /// <summary>Ends of the measured tensors on the image.</summary>
    private static Dictionary<string, TensorRange> Ranges(Graph graph, QuantisationPlan plan)
    {
        var ranges = new Dictionary<string, TensorRange> { ["x"] = new(-1, 1) };
        foreach (var tensor in plan.Measured)
        {
            var seen = graph.WithOutputs([tensor]);
            seen.Outputs.RemoveAt(0);
            var values = Graphs.Run(seen, Image);
            ranges[tensor] = new(values.Min(), values.Max());
        }

        return ranges;
    }
}
