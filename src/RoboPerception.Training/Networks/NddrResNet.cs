using RoboPerception.Onnx;
using RoboPerception.Training.Export;
using RoboPerception.Training.Tasks;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace RoboPerception.Training.Networks;

/// <summary>
/// NDDR-CNN (Gao et al., "NDDR-CNN: Layerwise Feature Fusing in Multi-Task CNNs by Neural Discriminative Dimensionality Reduction", CVPR
/// 2019) on residual networks: after the stem and every layer a task reads a 1x1 convolution over all tasks' maps side by side.
/// </summary>
internal sealed class NddrResNet : ParallelResNet
{
    /// <summary>Name in <see cref="NetworkSpec"/>.</summary>
    public const string Family = "nddr-resnet";

    private const double Momentum = 0.05;

    private readonly NamedModules<NamedModules<Sequential>> nddr;

    /// <summary>Builds the network with fresh parameters.</summary>
    public NddrResNet(NetworkSpec spec, IReadOnlyList<TaskDescription> tasks)
        : base(spec, tasks)
    {
        nddr = new NamedModules<NamedModules<Sequential>>([.. Layout.Output.Prepend(Layout.Stem).Select((width, place) =>
            (Place(place), new NamedModules<Sequential>([.. tasks.Select((task, k) => (task.MtiKey, Unit(k, width)))])))]);
        RegisterComponents();
    }

    private protected override Tensor[] Mix(int place, Tensor[] maps)
    {
        var side = cat(maps, 1);
        return [.. nddr[Place(place)].Values.Select(unit => unit.call(side))];
    }

    private protected override Value[] Mix(GraphBuilder graph, int place, Value[] maps)
    {
        using var scope = graph.Scope($"nddr.{Place(place)}");
        var side = graph.Concat(1, maps);
        return [.. nddr[Place(place)].Values.Select(unit => LayerExport.Chain(graph, unit, side))];
    }

    private static string Place(int place) => place == 0 ? "stem" : $"layer{place}";

    /// <summary>Starts as the weighted sum of the maps: <see cref="ParallelResNet.OwnShare"/> of its own, the other share of the others'.</summary>
    private Sequential Unit(int task, int width)
    {
        var convolution = Conv2d(width * Tasks.Count, width, 1, bias: false);
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        var start = Enumerable.Range(0, Tasks.Count).Select(source => eye(width) * HeldScalar.Of(source == task ? OwnShare : OtherShare));
        convolution.weight.copy_(cat([.. start], 1).view(width, -1, 1, 1));
        return Sequential(("conv", convolution), ("bn", CountingBatchNorm.Of(width, momentum: Momentum)), ("relu", ReLU()));
    }
}
