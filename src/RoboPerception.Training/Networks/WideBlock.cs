using RoboPerception.Onnx;
using RoboPerception.Training.Export;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using F = TorchSharp.torch.nn.functional;

namespace RoboPerception.Training.Networks;

/// <summary>
/// Pre-activation block of a wide residual network as MTAN's repository has it: the second convolution has the stride, every convolution
/// has a bias, and the shortcut reads the raw input. Field names are the keys of the reference state dictionary.
/// </summary>
internal sealed class WideBlock : Module<Tensor, Tensor>
{
    private readonly CountingBatchNorm bn1;
    private readonly Conv2d conv1;
    private readonly CountingBatchNorm bn2;
    private readonly Conv2d conv2;
    private readonly Sequential? shortcut;

    /// <summary>Builds the block with fresh parameters.</summary>
    public WideBlock(int input, int output, int stride)
        : base(nameof(WideBlock))
    {
        bn1 = CountingBatchNorm.Of(input);
        conv1 = Conv2d(input, output, 3, padding: 1);
        bn2 = CountingBatchNorm.Of(output);
        conv2 = Conv2d(output, output, 3, stride: stride, padding: 1);
        shortcut = stride == 1 && input == output ? null : Sequential(Conv2d(input, output, 1, stride: stride));
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        var middle = conv1.call(F.relu(bn1.call(input)));
        var output = conv2.call(F.relu(bn2.call(middle)));
        return output.Plus(shortcut is null ? input : shortcut.call(input));
    }

    internal Value Export(GraphBuilder graph, Value x)
    {
        var middle = LayerExport.Chain(graph, conv1, graph.Relu(LayerExport.Chain(graph, bn1, x)));
        var output = LayerExport.Chain(graph, conv2, graph.Relu(LayerExport.Chain(graph, bn2, middle)));
        return graph.Add(output, shortcut is null ? x : LayerExport.Chain(graph, shortcut, x));
    }
}
