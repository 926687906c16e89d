using RoboPerception.Onnx;
using RoboPerception.Training.Networks;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace RoboPerception.Training.Export;

/// <summary>Layers of libtorch as nodes of a graph. Batch norm stays a node of its own here; <see cref="Passes.FoldBatchNorm"/> folds it.</summary>
internal static class LayerExport
{
    private const float BatchNormEpsilon = 1e-5f;
    private const double ByteScale = 255;

    /// <summary>Padding of one row and one column at the end alone.</summary>
    public static readonly long[] AfterEnd = [0, 0, 1, 1];

    /// <summary>A chain of convolutions, batch norms, rectifiers and sigmoids.</summary>
    public static Value Chain(GraphBuilder graph, Module layer, Value x) => layer switch
    {
        Sequential chain => chain.children().Aggregate(x, (value, child) => Chain(graph, child, value)),
        Conv2d convolution => Convolution(graph, convolution, x),
        CountingBatchNorm norm => BatchNorm(graph, [norm], x),
        TorchSharp.Modules.ReLU => graph.Relu(x),
        TorchSharp.Modules.ReLU6 => graph.Clip(x, 0, 6),
        TorchSharp.Modules.Sigmoid => graph.Sigmoid(x),
        TorchSharp.Modules.Dropout => x,
        _ => throw new NotSupportedException($"Layer '{layer.GetType().Name}' has no form in ONNX here."),
    };

    /// <summary>
    /// A chain whose first convolution reads images of 0..1, red first, as a chain that reads bytes, blue first. Exact, because padding
    /// with zeros means black before and after scaling.
    /// </summary>
    public static Value ImageChain(GraphBuilder graph, Sequential chain, Value image, long[]? pads = null)
    {
        var layers = chain.children().ToArray();
        var convolution = (Conv2d)layers[0];
        using var scope = NewDisposeScope();
        var first = Convolution(graph, convolution, image, pads, convolution.weight!.detach().to(float64).flip(1).div(HeldScalar.Of(ByteScale)).to(float32));
        return layers.Skip(1).Aggregate(first, (value, layer) => Chain(graph, layer, value));
    }

    /// <summary>One batch norm over the channels of several, side by side.</summary>
    public static Value BatchNorm(GraphBuilder graph, IReadOnlyList<CountingBatchNorm> norms, Value x)
    {
        return graph.BatchNormalization(x, Side(norm => norm.weight!), Side(norm => norm.bias!), Side(norm => norm.running_mean!), Side(norm => norm.running_var!), BatchNormEpsilon);

        Value Side(Func<CountingBatchNorm, Tensor> part) => Stack(graph, norms.Select(part));
    }

    /// <summary>Tensors of parameters stacked along the first axis as one constant.</summary>
    public static Value Stack(GraphBuilder graph, IEnumerable<Tensor> tensors)
    {
        using var scope = NewDisposeScope();
        return Constant(graph, cat([.. tensors.Select(tensor => tensor.detach())], 0));
    }

    /// <summary>A tensor as a constant.</summary>
    public static Value Constant(GraphBuilder graph, Tensor tensor)
    {
        using var scope = NewDisposeScope();
        return graph.Constant(tensor.detach().cpu().contiguous().data<float>().ToArray(), tensor.shape);
    }

    /// <summary>
    /// Unpooling to the place of the first maximum of each 2x2 window, without indices: a window's value goes to its first pixel that
    /// equals the maximum. Three comparisons at the low resolution decide (who is not among the first three is the fourth), then the four
    /// quarter images are interleaved. Ties, common where a rectifier made whole windows zero, resolve as in libtorch.
    /// </summary>
    /// <param name="graph">Where to add.</param>
    /// <param name="x">Values to place, (1,C,H,W).</param>
    /// <param name="source">The map that was pooled, (1,C,2H,2W).</param>
    /// <param name="pooled">Its maxima, (1,C,H,W).</param>
    public static Value Unpool(GraphBuilder graph, Value x, Value source, Value pooled)
    {
        var zero = graph.Constant([0f], []);
        var remaining = x;
        var quarters = new Value[4];
        for (var place = 0; place < 3; place++)
        {
            int row = place / 2, column = place % 2;
            var pixels = graph.Slice(source, [row, column], [long.MaxValue, long.MaxValue], [2, 3], [2, 2]);
            var isFirst = graph.Equal(pixels, pooled);
            quarters[place] = graph.Where(isFirst, remaining, zero);
            remaining = graph.Where(isFirst, zero, remaining);
        }

        quarters[3] = remaining;
        return graph.DepthToSpace(graph.Concat(1, quarters), 2);
    }

    /// <summary>A convolution, with other padding (top, left, bottom, right) or other weights where they are given.</summary>
    public static Value Convolution(GraphBuilder graph, Conv2d convolution, Value x, long[]? pads = null, Tensor? weight = null)
    {
        long[] own = convolution.padding ?? throw new NotSupportedException("a convolution with padding by name");
        return graph.Conv(
            x,
            Constant(graph, weight ?? convolution.weight!),
            convolution.bias is { } bias ? Constant(graph, bias) : null,
            pads ?? [own[0], own[1], own[0], own[1]],
            convolution.stride,
            convolution.dilation,
            convolution.groups);
    }
}
