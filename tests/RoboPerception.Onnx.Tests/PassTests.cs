namespace RoboPerception.Onnx.Tests;

public sealed class PassTests
{
    private static readonly float[] Image = Graphs.Numbers(new Random(9), 3 * 8 * 8);

    [Fact]
    public void Folding_batch_norm_keeps_the_predictions()
    {
        var builder = Graphs.ConvNormRelu(out var result);
        builder.Output("y", result);
        AssertFolded(builder.Build(), norms: 1);
    }

    [Fact]
    public void A_batch_norm_after_a_sum_of_two_convolutions_folds_into_both()
    {
        var random = new Random(6);
        var builder = new GraphBuilder("test");
        var x = builder.Input("x", ElementType.Float, 1, 3, 8, 8);
        var left = builder.Conv(x, builder.Constant(Graphs.Numbers(random, 12), 4, 3, 1, 1), builder.Constant(Graphs.Numbers(random, 4), 4));
        var right = builder.Conv(x, builder.Constant(Graphs.Numbers(random, 12), 4, 3, 1, 1), null);
        builder.Output("y", Graphs.Norm(builder, random, builder.Add(left, right), 4));
        AssertFolded(builder.Build(), norms: 1);
    }

    [Fact]
    public void A_batch_norm_stays_where_something_else_reads_the_convolution()
    {
        var random = new Random(7);
        var builder = new GraphBuilder("test");
        var x = builder.Input("x", ElementType.Float, 1, 3, 8, 8);
        var conv = builder.Conv(x, builder.Constant(Graphs.Numbers(random, 12), 4, 3, 1, 1), null);
        builder.Output("y", builder.Add(conv, Graphs.Norm(builder, random, conv, 4)));
        Assert.Equal(0, Passes.FoldBatchNorm(builder.Build()));
    }

    [Fact]
    public void A_constant_shared_by_two_convolutions_is_not_changed_for_both()
    {
        var random = new Random(8);
        var builder = new GraphBuilder("test");
        var x = builder.Input("x", ElementType.Float, 1, 3, 8, 8);
        var weight = builder.Constant(Graphs.Numbers(random, 12), 4, 3, 1, 1);
        var plain = builder.Conv(x, weight, null);
        builder.Output("y", builder.Add(plain, builder.Relu(Graphs.Norm(builder, random, builder.Conv(x, weight, null), 4))));
        AssertFolded(builder.Build(), norms: 1);
    }

    [Fact]
    public void Dead_code_and_its_constants_go()
    {
        var builder = Graphs.ConvNormRelu(out _);
        var y = builder.Relu(builder.Input("other", ElementType.Float, 1));
        builder.Output("y", y);
        var graph = builder.Build();
        Assert.Equal(3, Passes.RemoveDeadCode(graph));
        Assert.Equal("Relu", Assert.Single(graph.Nodes).Operator);
        Assert.Empty(graph.Initializers);
    }

    private static void AssertFolded(Graph graph, int norms)
    {
        var before = Graphs.Run(graph, Image);
        Assert.Equal(norms, Passes.FoldBatchNorm(graph));
        Assert.DoesNotContain(graph.Nodes, node => node.Operator == "BatchNormalization");
        GraphChecker.Check(graph);
        var after = Graphs.Run(graph, Image);
        Assert.All(before.Zip(after), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
    }
}
