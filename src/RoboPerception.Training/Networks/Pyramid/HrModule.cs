using System.Globalization;
using RoboPerception.Onnx;
using RoboPerception.Training.Export;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using F = TorchSharp.torch.nn.functional;

namespace RoboPerception.Training.Networks.Pyramid;

/// <summary>One exchange unit of <see cref="HrNet"/>: residual blocks in every branch, then every branch receives the sum of all, resized.</summary>
internal sealed class HrModule : Module<Tensor[], Tensor[]>
{
    private readonly ModuleList<Sequential> branches;
    private readonly ModuleList<NamedModules<Sequential>> fuse_layers;

    /// <summary>Builds the unit with fresh parameters for branches of the given channels, each at half the resolution of the one before.</summary>
    public HrModule(IReadOnlyList<int> channels, int blocks)
        : base(nameof(HrModule))
    {
        ArgumentNullException.ThrowIfNull(channels);
        branches = ModuleList<Sequential>([.. channels.Select(width => Sequential(Enumerable.Range(0, blocks).Select(_ => (Module<Tensor, Tensor>)new ResidualBlock(width, width, HrNet.Momentum))))]);
        fuse_layers = ModuleList<NamedModules<Sequential>>([.. channels.Select((_, i) => FusionInto(i, channels))]);
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override Tensor[] forward(Tensor[] input)
    {
        var maps = branches.Select((branch, j) => branch.call(input[j])).ToArray();
        return [.. maps.Select((map, i) => F.relu(maps.Select((other, j) => Brought(other, j, i, map)).Aggregate((sum, next) => sum.Plus(next)), inplace: true))];
    }

    internal Value[] Export(GraphBuilder graph, Value[] input)
    {
        var maps = branches.Select((branch, j) => branch.children().Aggregate(input[j], (value, block) => ((ResidualBlock)block).Export(graph, value))).ToArray();
        return [.. maps.Select((map, i) => graph.Relu(maps.Select((other, j) => Brought(graph, other, j, i, map)).Aggregate(graph.Add)))];
    }

    private static NamedModules<Sequential> FusionInto(int i, IReadOnlyList<int> channels) => new NamedModules<Sequential>(
        [.. Enumerable.Range(0, channels.Count).Where(j => j != i).Select(j => (Name(j), j > i ? Up(channels[j], channels[i]) : Down(channels[j], channels[i], i - j)))]);

    private static Sequential Up(int from, int to) => Sequential(Conv2d(from, to, 1, bias: false), CountingBatchNorm.Of(to, momentum: HrNet.Momentum));

    // Halved step by step; only the last step changes the width, and it alone has no rectifier.
    private static Sequential Down(int from, int to, int steps) => Sequential(Enumerable.Range(1, steps).Select(step => (Module<Tensor, Tensor>)(step == steps
        ? Sequential(Conv2d(from, to, 3, stride: 2, padding: 1, bias: false), CountingBatchNorm.Of(to, momentum: HrNet.Momentum))
        : Sequential(Conv2d(from, from, 3, stride: 2, padding: 1, bias: false), CountingBatchNorm.Of(from, momentum: HrNet.Momentum), ReLU(inplace: true)))));

    private Tensor Brought(Tensor map, int from, int to, Tensor like) => from == to
        ? map
        : Resizing.To(fuse_layers[to][Name(from)].call(map), like.shape);

    private Value Brought(GraphBuilder graph, Value map, int from, int to, Value like) => from == to
        ? map
        : Resizing.To(graph, LayerExport.Chain(graph, fuse_layers[to][Name(from)], map), like.Shape);

    private static string Name(int branch) => branch.ToString(CultureInfo.InvariantCulture);
}
