using RoboPerception.Onnx;
using RoboPerception.Training.Export;
using RoboPerception.Training.Tasks;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using F = TorchSharp.torch.nn.functional;

namespace RoboPerception.Training.Networks.Pyramid;

/// <summary>
/// Real-time joint segmentation and depth (Nekrasov et al., ICRA 2019): MobileNetV2 with batch norm and a light RefineNet that the tasks
/// share up to their last two convolutions. Normals are an additional task.
/// </summary>
internal sealed class LightRefineNet : PyramidNetwork
{
    /// <summary>Name in <see cref="NetworkSpec"/>.</summary>
    public const string Family = "refinenet-mobilenetv2";

    private const double WeightDeviation = 0.01;

    // Expansion, channels, repeats, stride: the groups whose last maps the decoder takes are those from the third on.
    private static readonly (int Expansion, int Channels, int Repeats, int Stride)[] Layout =
        [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)];

    // Layers 3 to 8 of the encoder, the stem being 1; the decoder joins those of equal stride.
    private const int FirstTap = 1;
    private static readonly int[][] Joined = [[1], [2], [3, 4], [5, 6]];

    private readonly Sequential stem;
    private readonly Sequential[] groups;
    private readonly NamedModules<Conv2d> taps;
    private readonly ModuleList<ChainedResidualPooling> pooling;
    private readonly ModuleList<Conv2d> adapt;
    private readonly NamedModules<Sequential> heads;

    /// <summary>Builds the network with fresh parameters.</summary>
    public LightRefineNet(NetworkSpec spec, IReadOnlyList<TaskDescription> tasks)
        : base(spec, [.. tasks.Select(task => MtiNetFamilies.WithLoss(spec, task, NormalsLossKind.Cosine))], imageNetByDefault: true)
    {
        var width = spec.Number("width", 256);
        stem = Sequential(Conv2d(3, 32, 3, stride: 2, padding: 1, bias: false), CountingBatchNorm.Of(32), ReLU6());
        groups = new Sequential[Layout.Length];
        var channels = 32;
        for (var g = 0; g < groups.Length; g++)
        {
            var (expansion, output, repeats, stride) = Layout[g];
            var input = channels;
            groups[g] = Sequential(Enumerable.Range(0, repeats).Select(i => (Module<Tensor, Tensor>)new NormInvertedResidual(i == 0 ? input : output, output, expansion, i == 0 ? stride : 1)));
            channels = output;
        }

        taps = new NamedModules<Conv2d>([.. Enumerable.Range(FirstTap, Layout.Length - FirstTap).Select(g => (TapName(g), Conv2d(Layout[g].Channels, width, 1, bias: false)))]);
        pooling = ModuleList<ChainedResidualPooling>([.. Joined.Select((_, s) => new ChainedResidualPooling(width, s == 0 ? width : 1))]);
        adapt = ModuleList<Conv2d>([.. Joined.Skip(1).Select(_ => Conv2d(width, width, 1, bias: false))]);
        heads = new NamedModules<Sequential>([.. Tasks.Select(task => (
            task.MtiKey,
            Sequential(Conv2d(width, width, 1, groups: width, bias: false), ReLU6(), Conv2d(width, task.Channels, 3, padding: 1))))]);
        RegisterComponents();
        for (var g = 0; g < groups.Length; g++)
        {
            register_module($"layer{g + 2}", groups[g]);
        }

        Initialise();
    }

    /// <summary>Names of the options: channels of the decoder, loss of normals, what the network sees.</summary>
    public static IReadOnlyList<string> OptionNames { get; } = ["width", MtiNetFamilies.NormalsOption, InputOption];

    /// <inheritdoc/>
    protected override RawPrediction PredictStandard(Tensor input, bool supervised)
    {
        var maps = new Tensor[groups.Length];
        var map = stem.call(input);
        for (var g = 0; g < groups.Length; g++)
        {
            maps[g] = map = groups[g].call(map);
        }

        Tensor? above = null;
        for (var s = Joined.Length - 1; s >= 0; s--)
        {
            var sum = Joined[s].Select(g => taps[TapName(g)].call(maps[g])).Aggregate((total, next) => total.Plus(next));
            sum = above is null ? sum : sum.Plus(Resizing.To(above, sum.shape));
            above = pooling[s].call(F.relu6(sum));
            above = s == 0 ? above : adapt[s - 1].call(above);
        }

        return new RawPrediction([.. Tasks.Select(task => heads[task.MtiKey].call(above!))], []);
    }

    /// <inheritdoc/>
    internal override IReadOnlyList<Value> ExportStandard(GraphBuilder graph, Value image)
    {
        var maps = new Value[groups.Length];
        var map = LayerExport.ImageChain(graph, stem, image);
        for (var g = 0; g < groups.Length; g++)
        {
            using var scope = graph.Scope($"layer{g + 2}");
            maps[g] = map = groups[g].children().Aggregate(map, (value, block) => ((NormInvertedResidual)block).Export(graph, value));
        }

        Value? above = null;
        for (var s = Joined.Length - 1; s >= 0; s--)
        {
            using var scope = graph.Scope($"refine{s}");
            var sum = Joined[s].Select(g => LayerExport.Convolution(graph, taps[TapName(g)], maps[g])).Aggregate(graph.Add);
            sum = above is null ? sum : graph.Add(sum, Resizing.To(graph, above, sum.Shape));
            above = pooling[s].Export(graph, graph.Clip(sum, 0, 6));
            above = s == 0 ? above : LayerExport.Convolution(graph, adapt[s - 1], above);
        }

        using var headScope = graph.Scope("heads");
        return [.. Tasks.Select(task => LayerExport.Chain(graph, heads[task.MtiKey], above!))];
    }

    private static string TapName(int group) => $"l{group + 2}";

    private void Initialise()
    {
        using var noGradients = no_grad();
        foreach (var convolution in modules().OfType<Conv2d>())
        {
            init.normal_(convolution.weight, 0, WeightDeviation);
            if (convolution.bias is { } bias)
            {
                init.zeros_(bias);
            }
        }
    }
}
