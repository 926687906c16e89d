using System.Globalization;
using RoboPerception.Onnx;
using RoboPerception.Training.Export;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using F = TorchSharp.torch.nn.functional;

namespace RoboPerception.Training.Networks.Pyramid;

/// <summary>
/// RefineNet's context (Lin et al., CVPR 2017), light form: a chain of 5x5 maxima, each through a 1x1 convolution, all added to the input.
/// </summary>
internal sealed class ChainedResidualPooling : Module<Tensor, Tensor>
{
    private const int Stages = 4, Window = 5, Padding = 2;
    private static readonly long[] WindowSize = [Window, Window], Step = [1, 1], Border = [Padding, Padding];

    private readonly ModuleList<Conv2d> outer;

    /// <summary>Builds the chain with fresh parameters; <paramref name="groups"/> of channels that do not see each other.</summary>
    public ChainedResidualPooling(int channels, int groups)
        : base(nameof(ChainedResidualPooling))
    {
        outer = ModuleList<Conv2d>([.. Enumerable.Range(0, Stages).Select(_ => Conv2d(channels, channels, 1, groups: groups, bias: false))]);
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        var (sum, top) = (input, input);
        foreach (var convolution in outer)
        {
            top = convolution.call(F.max_pool2d(top, WindowSize, Step, Border));
            sum += top;
        }

        return sum;
    }

    internal Value Export(GraphBuilder graph, Value x)
    {
        var (sum, top) = (x, x);
        for (var i = 0; i < Stages; i++)
        {
            using var scope = graph.Scope(i.ToString(CultureInfo.InvariantCulture));
            top = LayerExport.Convolution(graph, outer[i], graph.MaxPool(top, Window, 1, Padding));
            sum = graph.Add(sum, top);
        }

        return sum;
    }
}
