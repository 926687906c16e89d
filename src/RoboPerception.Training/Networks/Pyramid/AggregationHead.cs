using RoboPerception.Onnx;
using RoboPerception.Training.Export;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using F = TorchSharp.torch.nn.functional;

namespace RoboPerception.Training.Networks.Pyramid;

/// <summary>Maps of all scales to one prediction (N,C,H/4,W/4).</summary>
internal abstract class AggregationHead(string name) : Module<Tensor[], Tensor>(name)
{
    /// <summary>The convolution that makes the prediction.</summary>
    internal abstract Conv2d Prediction { get; }

    internal abstract Value Export(GraphBuilder graph, Value[] maps);
}

/// <summary>
/// HRNet's head: the coarser maps enlarged to stride 4, side by side, then 1x1 convolution, batch norm, ReLU, and a 1x1 convolution to the
/// prediction. Without channels of the prediction the last convolution is missing ("HRNet fuse").
/// </summary>
internal sealed class HrHead : AggregationHead
{
    private readonly Sequential last_layer;

    /// <summary>Builds the head with fresh parameters.</summary>
    public HrHead(IReadOnlyList<int> channels, int? output)
        : base(nameof(HrHead))
    {
        var width = channels.Sum();
        Width = width;
        last_layer = Sequential(Conv2d(width, width, 1), CountingBatchNorm.Of(width), ReLU(inplace: true));
        if (output is { } count)
        {
            last_layer.append(Conv2d(width, count, 1));
        }

        RegisterComponents();
    }

    internal override Conv2d Prediction => (Conv2d)last_layer[^1];

    /// <summary>Channels of all maps together.</summary>
    public int Width { get; }

    /// <inheritdoc/>
    public override Tensor forward(Tensor[] input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return last_layer.call(cat([.. input.Select(map => Resizing.To(map, input[0].shape))], 1));
    }

    internal override Value Export(GraphBuilder graph, Value[] maps)
    {
        Value[] enlarged = [.. maps.Select(map => Resizing.To(graph, map, maps[0].Shape))];
        return LayerExport.Chain(graph, last_layer, enlarged.Length == 1 ? enlarged[0] : graph.Concat(1, enlarged));
    }
}

/// <summary>
/// The same sum in another order: a 1x1 convolution to a common width at each map's own resolution, then enlarged and added. As enlarging and
/// 1x1 convolutions commute, it can express what <see cref="HrHead"/> can, at a fraction of the arithmetic.
/// </summary>
internal sealed class LightHead : AggregationHead
{
    private readonly ModuleList<Conv2d> project;
    private readonly CountingBatchNorm norm;
    private readonly Conv2d predict;

    /// <summary>Builds the head with fresh parameters.</summary>
    public LightHead(IReadOnlyList<int> channels, int width, int output)
        : base(nameof(LightHead))
    {
        project = ModuleList<Conv2d>([.. channels.Select(input => Conv2d(input, width, 1, bias: false))]);
        norm = CountingBatchNorm.Of(width);
        predict = Conv2d(width, output, 1);
        RegisterComponents();
    }

    internal override Conv2d Prediction => predict;

    /// <inheritdoc/>
    public override Tensor forward(Tensor[] input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var sum = project.Select((convolution, s) => Resizing.To(convolution.call(input[s]), input[0].shape)).Aggregate((total, next) => total.Plus(next));
        return predict.call(F.relu(norm.call(sum), inplace: true));
    }

    internal override Value Export(GraphBuilder graph, Value[] maps)
    {
        using var scope = NewDisposeScope();

        // Batch norm is a factor and a shift per channel, which enlarging keeps: they move into the convolutions.
        var factor = norm.weight!.detach().to(float64) / norm.running_var!.to(float64).Plus(norm.eps).sqrt();
        var shift = norm.bias!.detach().to(float64) - (norm.running_mean!.to(float64) * factor);
        Value? sum = null;
        for (var s = 0; s < maps.Length; s++)
        {
            var weight = (project[s].weight!.detach().to(float64) * factor.reshape(-1, 1, 1, 1)).to(float32);
            var part = graph.Conv(maps[s], LayerExport.Constant(graph, weight), s == 0 ? LayerExport.Constant(graph, shift.to(float32)) : null);
            sum = sum is null ? part : graph.Add(sum, Resizing.To(graph, part, maps[0].Shape));
        }

        return LayerExport.Convolution(graph, predict, graph.Relu(sum!));
    }
}
