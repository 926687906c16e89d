using RoboPerception.Onnx;
using RoboPerception.Training.Export;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace RoboPerception.Training.Networks.Pyramid;

/// <summary>Weights in (0,1) of the channels of a map from its mean over the image (Hu, Shen, Sun, CVPR 2018); (N,C,H,W) to (N,C,1,1).</summary>
internal sealed class SqueezeExcitation : Module<Tensor, Tensor>
{
    private readonly Sequential squeeze;

    /// <summary>Builds the module with fresh parameters; at least one hidden value.</summary>
    public SqueezeExcitation(int channels, int hidden)
        : base(nameof(SqueezeExcitation))
    {
        hidden = Math.Max(hidden, 1);
        squeeze = Sequential(Linear(channels, hidden), ReLU(), Linear(hidden, channels), Sigmoid());
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return squeeze.call(input.mean([2, 3])).unsqueeze(2).unsqueeze(3);
    }

    /// <summary>From the mean (1,C,1,1): a linear layer is a 1x1 convolution there.</summary>
    internal Value Export(GraphBuilder graph, Value mean) => graph.Sigmoid(Layer(graph, (Linear)squeeze[2], graph.Relu(Layer(graph, (Linear)squeeze[0], mean))));

    private static Value Layer(GraphBuilder graph, Linear linear, Value x)
    {
        using var scope = NewDisposeScope();
        return graph.Conv(x, LayerExport.Constant(graph, linear.weight!.detach().unsqueeze(2).unsqueeze(3)), LayerExport.Constant(graph, linear.bias!));
    }
}
