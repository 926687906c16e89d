using RoboPerception.Onnx;
using RoboPerception.Training.Export;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using F = TorchSharp.torch.nn.functional;

namespace RoboPerception.Training.Networks.Pyramid;

/// <summary>
/// Two 3x3 convolutions with batch norm and the input added (He et al., CVPR 2016); where the width changes the input goes through a 1x1
/// convolution first. Child names are those of the reference state dictionaries.
/// </summary>
internal sealed class ResidualBlock : Module<Tensor, Tensor>
{
    private readonly Conv2d conv1;
    private readonly CountingBatchNorm bn1;
    private readonly Conv2d conv2;
    private readonly CountingBatchNorm bn2;
    private readonly Sequential? downsample;

    /// <summary>Builds the block with fresh parameters; (N,in,H,W) to (N,out,H,W).</summary>
    public ResidualBlock(int input, int output, double momentum = 0.1)
        : base(nameof(ResidualBlock))
    {
        conv1 = Conv2d(input, output, 3, padding: 1, bias: false);
        bn1 = CountingBatchNorm.Of(output, momentum: momentum);
        conv2 = Conv2d(output, output, 3, padding: 1, bias: false);
        bn2 = CountingBatchNorm.Of(output, momentum: momentum);
        downsample = input == output ? null : Sequential(Conv2d(input, output, 1, bias: false), CountingBatchNorm.Of(output, momentum: momentum));
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        var hidden = F.relu(bn1.call(conv1.call(input)), inplace: true);
        return F.relu(bn2.call(conv2.call(hidden)).Plus(downsample?.call(input) ?? input), inplace: true);
    }

    internal Value Export(GraphBuilder graph, Value x)
    {
        var hidden = graph.Relu(LayerExport.BatchNorm(graph, [bn1], LayerExport.Convolution(graph, conv1, x)));
        var refined = LayerExport.BatchNorm(graph, [bn2], LayerExport.Convolution(graph, conv2, hidden));
        return graph.Relu(graph.Add(refined, downsample is null ? x : LayerExport.Chain(graph, downsample, x)));
    }
}
