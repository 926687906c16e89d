using RoboPerception.Onnx;
using RoboPerception.Training.Export;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using F = TorchSharp.torch.nn.functional;

namespace RoboPerception.Training.Networks;

/// <summary>
/// A residual block: two 3x3 convolutions, or 1x1, 3x3 and 1x1 around fewer channels. All bias-free with batch norm. Child names are those
/// of torchvision.
/// </summary>
internal sealed class ResNetBlock : Module<Tensor, Tensor>
{
    private readonly Conv2d[] convolutions;
    private readonly CountingBatchNorm[] norms;
    private readonly Sequential? downsample;

    private ResNetBlock(Conv2d[] convolutions, Sequential? downsample)
        : base(nameof(ResNetBlock))
    {
        this.convolutions = convolutions;
        this.downsample = downsample;
        norms = [.. convolutions.Select(convolution => CountingBatchNorm.Of(convolution.out_channels))];
        for (var i = 0; i < convolutions.Length; i++)
        {
            register_module($"conv{i + 1}", convolutions[i]);
            register_module($"bn{i + 1}", norms[i]);
        }

        if (downsample is not null)
        {
            register_module(nameof(downsample), downsample);
        }
    }

    /// <summary>Two 3x3 convolutions; the first has the stride.</summary>
    public static ResNetBlock Basic(int input, int output, int stride = 1, int firstDilation = 1, int dilation = 1, bool project = false) => new(
        [
            Conv2d(input, output, 3, stride: stride, padding: firstDilation, dilation: firstDilation, bias: false),
            Conv2d(output, output, 3, padding: dilation, dilation: dilation, bias: false),
        ],
        project || input != output ? Projection(input, output, stride) : null);

    /// <summary>1x1, 3x3 with the stride, 1x1.</summary>
    public static ResNetBlock Bottleneck(int input, int middle, int output, int stride = 1, int dilation = 1, bool project = false) => new(
        [
            Conv2d(input, middle, 1, bias: false),
            Conv2d(middle, middle, 3, stride: stride, padding: dilation, dilation: dilation, bias: false),
            Conv2d(middle, output, 1, bias: false),
        ],
        project || input != output ? Projection(input, output, stride) : null);

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        var map = input;
        for (var i = 0; i < convolutions.Length; i++)
        {
            map = norms[i].call(convolutions[i].call(map));
            map = i < convolutions.Length - 1 ? F.relu(map) : map;
        }

        return F.relu(map.Plus(downsample is null ? input : downsample.call(input)));
    }

    internal Value Export(GraphBuilder graph, Value x)
    {
        var map = x;
        for (var i = 0; i < convolutions.Length; i++)
        {
            map = LayerExport.Chain(graph, norms[i], LayerExport.Chain(graph, convolutions[i], map));
            map = i < convolutions.Length - 1 ? graph.Relu(map) : map;
        }

        return graph.Relu(graph.Add(map, downsample is null ? x : LayerExport.Chain(graph, downsample, x)));
    }

    private static Sequential Projection(int input, int output, int stride) => Sequential(Conv2d(input, output, 1, stride: stride, bias: false), CountingBatchNorm.Of(output));
}
