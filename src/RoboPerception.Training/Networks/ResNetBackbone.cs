using RoboPerception.Onnx;
using RoboPerception.Training.Export;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace RoboPerception.Training.Networks;

/// <summary>
/// A residual network without its classifier, dilated to stride 8: layers 3 and 4 keep the resolution of layer 2 and spread their 3x3
/// convolutions instead. Child names are those of torchvision.
/// </summary>
internal sealed class ResNetBackbone : Module<Tensor, Tensor>
{
    /// <summary>Layers after the stem.</summary>
    public const int Layers = 4;

    /// <summary>Rows and columns of the image for one of the last map.</summary>
    public const int Stride = 8;

    private readonly Conv2d conv1;
    private readonly CountingBatchNorm bn1;
    private readonly MaxPool2d maxpool = MaxPool2d(3, stride: 2, padding: 1);
    private readonly Sequential[] layers;

    /// <summary>Builds the network with fresh parameters.</summary>
    public ResNetBackbone(ResNetLayout layout)
        : base(nameof(ResNetBackbone))
    {
        ArgumentNullException.ThrowIfNull(layout);
        conv1 = Conv2d(3, layout.Stem, 7, stride: 2, padding: 3, bias: false);
        bn1 = CountingBatchNorm.Of(layout.Stem);
        layers = [.. Enumerable.Range(0, Layers).Select(i => Sequential(Layer(layout, i)))];
        RegisterComponents();
        for (var i = 0; i < Layers; i++)
        {
            register_module($"layer{i + 1}", layers[i]);
        }

        Initialise(this);
    }

    /// <summary>The blocks of a layer. The first block of a layer that would halve the map has half the dilation of the others.</summary>
    internal static IEnumerable<ResNetBlock> Layer(ResNetLayout layout, int layer)
    {
        var (middle, output) = (layout.Middle[layer], layout.Output[layer]);
        var dilation = layer switch { 2 => 2, 3 => 4, _ => 1 };
        for (var i = 0; i < layout.Blocks[layer]; i++)
        {
            var opens = i == 0 && layer > 0;
            var input = i > 0 ? output : layer > 0 ? layout.Output[layer - 1] : layout.Stem;
            var stride = opens && layer == 1 ? 2 : 1;
            var first = opens ? Math.Max(dilation / 2, 1) : dilation;
            yield return layout.Bottleneck
                ? ResNetBlock.Bottleneck(input, middle, output, stride, first, project: opens)
                : ResNetBlock.Basic(input, output, stride, first, dilation, project: opens);
        }
    }

    /// <summary>He's initialisation by the number of outputs for every convolution without bias.</summary>
    internal static void Initialise(Module network)
    {
        using var noGradients = no_grad();
        foreach (var convolution in network.modules().OfType<Conv2d>().Where(convolution => convolution.bias is null))
        {
            init.kaiming_normal_(convolution.weight, mode: init.FanInOut.FanOut, nonlinearity: init.NonlinearityType.ReLU);
        }
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) => layers.Aggregate(Stem(input), (map, layer) => layer.call(map));

    /// <summary>Image (N,3,H,W) to (N,C,H/4,W/4).</summary>
    internal Tensor Stem(Tensor input) => maxpool.call(functional.relu(bn1.call(conv1.call(input))));

    /// <summary>One layer, counted from 0.</summary>
    internal Tensor Run(int layer, Tensor map) => layers[layer].call(map);

    internal Value Export(GraphBuilder graph, Value image) =>
        Enumerable.Range(0, Layers).Aggregate(ExportStem(graph, image), (map, layer) => ExportLayer(graph, layer, map));

    internal Value ExportStem(GraphBuilder graph, Value image) => ExportStem(graph, Sequential(conv1, bn1), image);

    internal static Value ExportStem(GraphBuilder graph, Sequential convolutionAndNorm, Value image)
    {
        using var scope = graph.Scope("stem");
        return graph.MaxPool(graph.Relu(LayerExport.ImageChain(graph, convolutionAndNorm, image)), 3, 2, 1);
    }

    internal Value ExportLayer(GraphBuilder graph, int layer, Value map) => ExportBlocks(graph, $"layer{layer + 1}", layers[layer], map);

    internal static Value ExportBlocks(GraphBuilder graph, string name, Sequential blocks, Value map)
    {
        foreach (var (place, child) in blocks.named_children())
        {
            using var scope = graph.Scope($"{name}.{place}");
            map = ((ResNetBlock)child).Export(graph, map);
        }

        return map;
    }
}
