namespace RoboPerception.Onnx.Tests;

/// <summary>Forms that cost less in bytes predict the same as those of the float graph.</summary>
public sealed class CheaperFormTests
{
    private static readonly float[] Image = Graphs.Numbers(new Random(9), 3 * 8 * 8);
    private readonly Random random = new(4);

    [Theory]
    [InlineData(1, false)]
    [InlineData(1, true)]
    [InlineData(3, true)]
    public void A_pointwise_convolution_goes_before_the_enlargement_that_it_reads(int tasks, bool bias)
    {
        var builder = new GraphBuilder("test");
        var x = builder.Reshape(Maps(builder, Input(builder), 6 * tasks), tasks, 6, 8, 8);
        var large = builder.Resize(x, 16, 24, ResizeRule.LinearHalfPixel);
        var laid = tasks == 1 ? large : builder.Reshape(large, 1, 6 * tasks, 16, 24);
        var weight = builder.Constant(Graphs.Numbers(random, 4 * tasks * 6), 4 * tasks, 6, 1, 1);
        var made = builder.Conv(laid, weight, bias ? builder.Constant(Graphs.Numbers(random, 4 * tasks), 4 * tasks) : null, groups: tasks);
        builder.Output("y", builder.Relu(made));
        var graph = builder.Build();
        var expected = Graphs.Run(graph, Image);

        Assert.Equal(1, PointwisePass.Apply(graph));
        Assert.Empty(GraphChecker.Faults(graph));
        Assert.True(graph.Nodes.FindIndex(node => node.Operator == "Resize") > graph.Nodes.FindLastIndex(node => node.Operator == "Conv"));
        Assert.Equal([1, 4 * tasks, 16, 24], graph.Initializers[graph.Nodes.Single(node => node.Operator == "Resize").Inputs[3]].ToIntegers());
        Near(expected, Graphs.Run(graph, Image));
    }

    [Fact]
    public void What_would_enlarge_more_than_before_stays()
    {
        foreach (var (channels, kernel, shared) in new[] { (7, 1, false), (4, 3, false), (4, 1, true) })
        {
            var builder = new GraphBuilder("test");
            var large = builder.Resize(Maps(builder, Input(builder), 6), 16, 16, ResizeRule.LinearHalfPixel);
            var made = builder.Conv(large, builder.Constant(Graphs.Numbers(random, channels * 6 * kernel * kernel), channels, 6, kernel, kernel), null);
            builder.Output("y", made);
            if (shared)
            {
                builder.Output("z", builder.Relu(large));
            }

            Assert.Equal(0, PointwisePass.Apply(builder.Build()));
        }
    }

    [Fact]
    public void A_task_is_picked_before_the_product()
    {
        var builder = new GraphBuilder("test");
        var x = Input(builder);
        var masks = builder.Reshape(builder.Sigmoid(Maps(builder, x, 6)), 3, 2, 8, 8);
        var product = builder.Mul(masks, Maps(builder, x, 2));
        foreach (var task in new long[] { 2, 0 })
        {
            builder.Output("y" + task, builder.Relu(builder.Slice(product, [task], [task + 1], [0], [1])));
        }

        var graph = builder.Build();
        var expected = Graphs.Run(graph, Image);
        Assert.Equal(2, PointwisePass.Apply(graph));
        Assert.Empty(GraphChecker.Faults(graph));
        Assert.Equal(2, graph.Nodes.Count(node => node.Operator == "Mul"));
        Assert.DoesNotContain(graph.Nodes, node => node.Operator == "Reshape");
        Near(expected, Graphs.Run(graph, Image));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void The_largest_of_enlarged_scores_is_chosen_among_channels(int factor)
    {
        var builder = new GraphBuilder("test");
        var scores = builder.Resize(Maps(builder, Input(builder), 5), 8 * factor, 8 * factor, ResizeRule.LinearHalfPixel);
        builder.Output("y", builder.Cast(builder.ArgMax(scores, 1), ElementType.Float));
        var graph = builder.Build();
        var expected = Graphs.Run(graph, Image);
        Assert.Equal(1, ChoicePass.Apply(graph));
        Assert.Empty(GraphChecker.Faults(graph));
        Assert.DoesNotContain(graph.Nodes, node => node.Operator == "Resize");
        Assert.Equal(expected, Graphs.Run(graph, Image));
        Assert.InRange(expected.Distinct().Count(), 3, 5);
    }

    [Fact]
    public void Scores_enlarged_by_no_whole_factor_or_read_twice_stay()
    {
        foreach (var (rows, shared) in new[] { (20, false), (16, true) })
        {
            var builder = new GraphBuilder("test");
            var scores = builder.Resize(Maps(builder, Input(builder), 5), rows, 16, ResizeRule.LinearHalfPixel);
            builder.Output("y", builder.Cast(builder.ArgMax(scores, 1), ElementType.Float));
            if (shared)
            {
                builder.Output("z", builder.Relu(scores));
            }

            Assert.Equal(0, ChoicePass.Apply(builder.Build()));
        }
    }

    [Fact]
    public void A_grouped_convolution_in_bytes_is_dense_with_zeros_and_predicts_the_same()
    {
        var builder = new GraphBuilder("test");
        var grouped = builder.Conv(Maps(builder, Input(builder), 6), builder.Constant(Graphs.Numbers(random, 9 * 2), 9, 2, 1, 1), null, groups: 3);
        builder.Output("y", builder.Conv(grouped, builder.Constant(Graphs.Numbers(random, 9), 1, 9, 1, 1), null));
        var graph = builder.Build();
        var plan = new QuantisationPlan(graph, _ => false);
        var quantised = QuantisePass.Apply(graph, plan, plan.Measured.Append("x").ToDictionary(name => name, _ => new TensorRange(-3, 3)));
        var node = quantised.Nodes.Single(node => node.Outputs[0] == grouped.Name);
        Assert.Equal(1, node.Attribute("group", 0L));
        var weights = quantised.Initializers[node.Name + ":weight/bytes"];
        Assert.Equal([9, 6, 1, 1], weights.Type.Shape);
        Assert.All(Enumerable.Range(0, 9), row => Assert.Equal([(2 * (row / 3)), (2 * (row / 3)) + 1], Enumerable.Range(0, 6).Where(column => weights.Data[(row * 6) + column] != 0)));
        var (expected, found) = (Graphs.Run(graph, Image), Graphs.Run(quantised, Image));
        Assert.InRange(expected.Zip(found, (a, b) => Math.Abs(a - b)).Average() / expected.Average(value => Math.Abs(value)), 1e-6, 0.05);
    }

    private static Value Input(GraphBuilder builder) => builder.Input("x", ElementType.Float, 1, 3, 8, 8);

    private Value Maps(GraphBuilder builder, Value x, int channels) => builder.Conv(x, builder.Constant(Graphs.Numbers(random, channels * 3), channels, 3, 1, 1), null);

    private static void Near(float[] expected, float[] found)
    {
        Assert.Equal(expected.Length, found.Length);
        Assert.All(expected.Zip(found), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
    }
}
