using RoboPerception.Onnx;
using RoboPerception.Training.Export;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace RoboPerception.Training.Networks.Pyramid;

/// <summary>
/// MobileNetV2's block with batch norm, equal padding on both sides and an expansion even by 1, as the light RefineNet has it
/// (<see cref="InvertedResidual"/> is the form with folded norms and TensorFlow's padding).
/// </summary>
internal sealed class NormInvertedResidual : Module<Tensor, Tensor>
{
    private readonly Sequential conv;
    private readonly bool adds;

    /// <summary>Builds the block with fresh parameters.</summary>
    public NormInvertedResidual(int input, int output, int expansion, int stride)
        : base(nameof(NormInvertedResidual))
    {
        var hidden = input * expansion;
        adds = stride == 1 && input == output;
        conv = Sequential(
            Conv2d(input, hidden, 1, bias: false), CountingBatchNorm.Of(hidden), ReLU6(),
            Conv2d(hidden, hidden, 3, stride: stride, padding: 1, groups: hidden, bias: false), CountingBatchNorm.Of(hidden), ReLU6(),
            Conv2d(hidden, output, 1, bias: false), CountingBatchNorm.Of(output));
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) => adds ? input.Plus(conv.call(input)) : conv.call(input);

    internal Value Export(GraphBuilder graph, Value x)
    {
        var output = LayerExport.Chain(graph, conv, x);
        return adds ? graph.Add(x, output) : output;
    }
}
