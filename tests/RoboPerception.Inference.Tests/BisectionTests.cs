using RoboPerception.Core;
using RoboPerception.Inference.Tests.Models;
using RoboPerception.Onnx;

namespace RoboPerception.Inference.Tests;

/// <summary>Where two runs of a model part is found by node, rehearsed with a file in which one node is another.</summary>
public sealed class BisectionTests
{
    private static readonly InferenceSettings Settings = new() { Threads = 1 };

    [Fact]
    public void A_model_agrees_with_itself_whatever_the_optimisations() =>
        Assert.Null(GraphBisection.Find(Chain(20), ExecutionProvider.Cpu, Settings));

    [Theory]
    [InlineData(1)]
    [InlineData(14)]
    [InlineData(27)]
    public void The_node_that_predicts_otherwise_is_named(int changed)
    {
        Divergence? found = GraphBisection.Find(Chain(30), ExecutionProvider.Cpu, Settings, Chain(30, changed));
        Assert.NotNull(found);
        Assert.Equal(($"step.{changed}/Mul", "Mul"), (found.Node, found.Operator));
        Assert.True(found.InputDifference <= GraphBisection.Bound, found.ToString());
        Assert.InRange(found.Sessions, 2, 6);
    }

    [Fact]
    public void A_difference_where_two_branches_meet_is_laid_to_the_branch_that_has_it()
    {
        Divergence? found = GraphBisection.Find(Branches(wrong: false), ExecutionProvider.Cpu, Settings, Branches(wrong: true));
        Assert.Equal("right/Mul", found?.Node);
    }

    [Fact]
    public void A_tensor_that_is_no_number_on_one_side_differs_by_infinity() =>
        Assert.Equal(double.PositiveInfinity, GraphBisection.Difference([1, 2], [1, float.NaN]));

    /// <summary>Depth through a chain of products, one of them with another factor.</summary>
    private static ModelFile Chain(int length, int changed = -1) => Load((graph, x) =>
    {
        for (int i = 0; i < length; i++)
        {
            using IDisposable scope = graph.Scope($"step.{i}");
            x = graph.Mul(x, graph.Constant([i == changed ? 1.5f : 1.01f], []));
        }
        return x;
    });

    private static ModelFile Branches(bool wrong) => Load((graph, x) =>
    {
        Value left = Scaled("left", 2), right = Scaled("right", wrong ? 4 : 3);
        return graph.Add(left, right);

        Value Scaled(string name, float factor)
        {
            using IDisposable scope = graph.Scope(name);
            return graph.Mul(x, graph.Constant([factor], []));
        }
    });

    private static ModelFile Load(Func<GraphBuilder, Value, Value> depth)
    {
        var described = new TestModel();
        var graph = new GraphBuilder("test");
        Value image = graph.Input("image", ElementType.UInt8, 1, described.Height, described.Width, 3);
        Value otherImage = graph.Transpose(graph.Cast(image, ElementType.Float), 0, 3, 1, 2);
        graph.Output("segmentation", graph.Cast(graph.Cast(graph.ArgMax(otherImage, 1), ElementType.Float), ElementType.UInt8));
        graph.Output("depth", depth(graph, graph.ReduceSum(otherImage, 1, keep: false)));
        graph.Output("normals", graph.Mul(otherImage, graph.Constant([-1f], [])));
        using var folder = new TemporaryFolder();
        var model = new OnnxModel(graph.Build()) { Metadata = ModelMetadata.Write(described.Description) };
        return ModelFile.Load(folder.Write("chain.onnx", OnnxFile.ToBytes(model)));
    }
}
