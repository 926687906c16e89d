using RoboPerception.Onnx;
using RoboPerception.Training.Export;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace RoboPerception.Training.Networks;

/// <summary>
/// MobileNetV2's block: 1x1 convolution to more channels, 3x3 convolution of each channel, 1x1 convolution to few channels without an
/// activation, and the input added where the shape allows it.
/// </summary>
internal sealed class InvertedResidual : Module<Tensor, Tensor>
{
    // At stride 2 the pre-trained weights expect padding after the last row and column only (TensorFlow's SAME for even sizes).
    private static readonly long[] After = [0, 1, 0, 1];

    private readonly Sequential? expand;
    private readonly Sequential depthwise;
    private readonly Conv2d project;
    private readonly bool halves;
    private readonly bool adds;

    /// <summary>Builds the block with fresh parameters.</summary>
    public InvertedResidual(int input, int output, int expansion, int stride)
        : base(nameof(InvertedResidual))
    {
        var hidden = input * expansion;
        halves = stride == 2;
        adds = stride == 1 && input == output;
        expand = expansion == 1 ? null : Sequential(Conv2d(input, hidden, 1), ReLU6());
        depthwise = Sequential(Conv2d(hidden, hidden, 3, stride: stride, padding: halves ? 0 : 1, groups: hidden), ReLU6());
        project = Conv2d(hidden, output, 1);
        Module[] parts = expand is null ? [depthwise, project] : [expand, depthwise, project];
        var conv = ModuleList(parts);
        register_module(nameof(conv), conv);
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        var hidden = expand is null ? input : expand.forward(input);
        var output = project.call(depthwise.forward(halves ? PadForStride2(hidden) : hidden));
        return adds ? input.Plus(output) : output;
    }

    /// <summary>One row and one column of zeros at the end.</summary>
    internal static Tensor PadForStride2(Tensor x) => functional.pad(x, After);

    internal Value Export(GraphBuilder graph, Value x)
    {
        var hidden = expand is null ? x : LayerExport.Chain(graph, expand, x);
        var convolution = (Conv2d)depthwise[0];
        var middle = LayerExport.Chain(graph, (Module)depthwise[1], LayerExport.Convolution(graph, convolution, hidden, halves ? LayerExport.AfterEnd : null));
        var output = LayerExport.Convolution(graph, project, middle);
        return adds ? graph.Add(x, output) : output;
    }
}
