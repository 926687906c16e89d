using RoboPerception.Onnx;
using RoboPerception.Training.Export;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using F = TorchSharp.torch.nn.functional;

namespace RoboPerception.Training.Networks.Pyramid;

/// <summary>
/// A residual network with a feature pyramid (Lin et al., CVPR 2017): its layers at strides 4, 8, 16 and 32, not dilated, each through a 1x1
/// convolution to a common width, added from coarse to fine, and smoothed by a 3x3 convolution.
/// </summary>
internal sealed class ResNetPyramid : PyramidBackbone
{
    private const int Layers = ResNetBackbone.Layers;

    private readonly Trunk trunk;
    private readonly ModuleList<Conv2d> lateral;
    private readonly ModuleList<Conv2d> smooth;

    /// <summary>Builds the trunk with fresh parameters; <paramref name="width"/> channels at every stride.</summary>
    public ResNetPyramid(ResNetLayout layout, int width)
        : base(nameof(ResNetPyramid))
    {
        ArgumentNullException.ThrowIfNull(layout);
        Channels = [.. Enumerable.Repeat(width, Layers)];
        trunk = new Trunk(layout);
        lateral = ModuleList<Conv2d>([.. layout.Output.Select(channels => Conv2d(channels, width, 1))]);
        smooth = ModuleList<Conv2d>([.. layout.Output.Select(_ => Conv2d(width, width, 3, padding: 1))]);
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override IReadOnlyList<int> Channels { get; }

    /// <inheritdoc/>
    public override IEnumerable<Parameter> PretrainedParameters => trunk.parameters();

    /// <inheritdoc/>
    public override IEnumerable<Tensor> PretrainedTensors => trunk.state_dict().Values;

    /// <inheritdoc/>
    public override void LoadPretrained(string path) => BackboneWeights.Fill(trunk.state_dict(), path);

    /// <inheritdoc/>
    public override Tensor[] forward(Tensor input)
    {
        var maps = trunk.call(input);
        var merged = new Tensor[Layers];
        for (var s = Layers - 1; s >= 0; s--)
        {
            var own = lateral[s].call(maps[s]);
            merged[s] = s == Layers - 1 ? own : own.Plus(Resizing.To(merged[s + 1], own.shape));
        }

        return [.. merged.Select((map, s) => smooth[s].call(map))];
    }

    internal override Value[] Export(GraphBuilder graph, Value image)
    {
        var maps = trunk.Export(graph, image);
        var merged = new Value[Layers];
        for (var s = Layers - 1; s >= 0; s--)
        {
            var own = LayerExport.Convolution(graph, lateral[s], maps[s]);
            merged[s] = s == Layers - 1 ? own : graph.Add(own, Resizing.To(graph, merged[s + 1], own.Shape));
        }

        return [.. merged.Select((map, s) => LayerExport.Convolution(graph, smooth[s], map))];
    }

    /// <summary>The residual network with torchvision's names, every layer after the first at half the resolution of the one before.</summary>
    private sealed class Trunk : Module<Tensor, Tensor[]>
    {
        private readonly Conv2d conv1;
        private readonly CountingBatchNorm bn1;
        private readonly MaxPool2d maxpool = MaxPool2d(3, stride: 2, padding: 1);
        private readonly Sequential[] layers;

        public Trunk(ResNetLayout layout)
            : base(nameof(ResNetPyramid))
        {
            conv1 = Conv2d(3, layout.Stem, 7, stride: 2, padding: 3, bias: false);
            bn1 = CountingBatchNorm.Of(layout.Stem);
            layers = [.. Enumerable.Range(0, Layers).Select(i => Sequential(Blocks(layout, i)))];
            RegisterComponents();
            for (var i = 0; i < Layers; i++)
            {
                register_module($"layer{i + 1}", layers[i]);
            }

            ResNetBackbone.Initialise(this);
        }

        public override Tensor[] forward(Tensor input)
        {
            var map = maxpool.call(F.relu(bn1.call(conv1.call(input))));
            var maps = new Tensor[Layers];
            for (var i = 0; i < Layers; i++)
            {
                maps[i] = map = layers[i].call(map);
            }

            return maps;
        }

        public Value[] Export(GraphBuilder graph, Value image)
        {
            var map = ResNetBackbone.ExportStem(graph, Sequential(conv1, bn1), image);
            var maps = new Value[Layers];
            for (var i = 0; i < Layers; i++)
            {
                maps[i] = map = ResNetBackbone.ExportBlocks(graph, $"layer{i + 1}", layers[i], map);
            }

            return maps;
        }

        private static IEnumerable<Module<Tensor, Tensor>> Blocks(ResNetLayout layout, int layer)
        {
            var (middle, output) = (layout.Middle[layer], layout.Output[layer]);
            for (var i = 0; i < layout.Blocks[layer]; i++)
            {
                var opens = i == 0 && layer > 0;
                var input = i > 0 ? output : layer > 0 ? layout.Output[layer - 1] : layout.Stem;
                var stride = opens ? 2 : 1;
                yield return layout.Bottleneck
                    ? ResNetBlock.Bottleneck(input, middle, output, stride, project: opens)
                    : ResNetBlock.Basic(input, output, stride, project: opens);
            }
        }
    }
}
