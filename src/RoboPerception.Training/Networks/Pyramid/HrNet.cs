using RoboPerception.Core;
using RoboPerception.Onnx;
using RoboPerception.Training.Export;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using F = TorchSharp.torch.nn.functional;

namespace RoboPerception.Training.Networks.Pyramid;

/// <summary>
/// High-Resolution Network (Wang et al., PAMI 2020): branches of strides 4, 8, 16 and 32 that run side by side and exchange their maps. Names
/// are those of the reference state dictionary.
/// </summary>
internal sealed class HrNet : PyramidBackbone
{
    /// <summary>Momentum of every batch norm of the trunk.</summary>
    internal const double Momentum = 0.01;

    private const int StemChannels = 64;

    private readonly Conv2d conv1;
    private readonly CountingBatchNorm bn1;
    private readonly Conv2d conv2;
    private readonly CountingBatchNorm bn2;
    private readonly Sequential layer1;
    private readonly NamedModules<Sequential> transition1;
    private readonly ModuleList<HrModule> stage2;
    private readonly NamedModules<Sequential> transition2;
    private readonly ModuleList<HrModule> stage3;
    private readonly NamedModules<Sequential> transition3;
    private readonly ModuleList<HrModule> stage4;
    private readonly HrNetLayout layout;

    /// <summary>Builds the trunk with fresh parameters.</summary>
    public HrNet(HrNetLayout layout)
        : base(nameof(HrNet))
    {
        ArgumentNullException.ThrowIfNull(layout);
        this.layout = layout;
        var (channels, modules) = (layout.Channels, layout.Modules);
        var trunk = 4 * layout.Stage1Channels;
        conv1 = Conv2d(3, StemChannels, 3, stride: 2, padding: 1, bias: false);
        bn1 = CountingBatchNorm.Of(StemChannels, momentum: Momentum);
        conv2 = Conv2d(StemChannels, StemChannels, 3, stride: 2, padding: 1, bias: false);
        bn2 = CountingBatchNorm.Of(StemChannels, momentum: Momentum);
        layer1 = Sequential(Enumerable.Range(0, modules[0] * layout.Blocks).Select(i => (Module<Tensor, Tensor>)new BottleneckBlock(i == 0 ? StemChannels : trunk, layout.Stage1Channels, trunk, Momentum)));
        transition1 = new NamedModules<Sequential>(("0", ConvBlock(trunk, channels[0], 1)), ("1", Sequential(ConvBlock(trunk, channels[1], 2))));
        stage2 = Stage(2, modules[1]);
        transition2 = new NamedModules<Sequential>(("2", Sequential(ConvBlock(channels[1], channels[2], 2))));
        stage3 = Stage(3, modules[2]);
        transition3 = new NamedModules<Sequential>(("3", Sequential(ConvBlock(channels[2], channels[3], 2))));
        stage4 = Stage(4, modules[3]);
        RegisterComponents();
        Initialise();
    }

    /// <inheritdoc/>
    public override IReadOnlyList<int> Channels => layout.Channels;

    /// <inheritdoc/>
    public override Tensor[] forward(Tensor input)
    {
        var x = F.relu(bn1.call(conv1.call(input)), inplace: true);
        x = layer1.call(F.relu(bn2.call(conv2.call(x)), inplace: true));
        Tensor[] maps = [transition1["0"].call(x), transition1["1"].call(x)];
        maps = Run(stage2, maps);

        // A new branch starts from the coarsest map; the others pass on.
        maps = Run(stage3, [.. maps, transition2["2"].call(maps[^1])]);
        return Run(stage4, [.. maps, transition3["3"].call(maps[^1])]);
    }

    internal override Value[] Export(GraphBuilder graph, Value image)
    {
        var x = LayerExport.ImageChain(graph, Sequential(conv1, bn1), image);
        x = graph.Relu(LayerExport.BatchNorm(graph, [bn2], LayerExport.Convolution(graph, conv2, graph.Relu(x))));
        x = layer1.children().Aggregate(x, (value, block) => ((BottleneckBlock)block).Export(graph, value));
        Value[] maps = [LayerExport.Chain(graph, transition1["0"], x), LayerExport.Chain(graph, transition1["1"], x)];
        maps = Run(graph, stage2, maps);
        maps = Run(graph, stage3, [.. maps, LayerExport.Chain(graph, transition2["2"], maps[^1])]);
        return Run(graph, stage4, [.. maps, LayerExport.Chain(graph, transition3["3"], maps[^1])]);
    }

    private static Tensor[] Run(ModuleList<HrModule> stage, Tensor[] maps) => stage.Aggregate(maps, (current, module) => module.call(current));

    private static Value[] Run(GraphBuilder graph, ModuleList<HrModule> stage, Value[] maps) => stage.Aggregate(maps, (current, module) => module.Export(graph, current));

    private static Sequential ConvBlock(int input, int output, int stride) =>
        Sequential(Conv2d(input, output, 3, stride: stride, padding: 1, bias: false), CountingBatchNorm.Of(output, momentum: Momentum), ReLU(inplace: true));

    private ModuleList<HrModule> Stage(int branches, int modules) =>
        ModuleList<HrModule>([.. Enumerable.Range(0, modules).Select(_ => new HrModule([.. layout.Channels.Take(branches)], layout.Blocks))]);

    // Without pre-trained weights: the reference's N(0, 0.001) is only ever overwritten by them, and would let Adam's first steps be as large
    // as the weights.
    private void Initialise()
    {
        using var noGradients = no_grad();
        foreach (var convolution in modules().OfType<Conv2d>())
        {
            init.kaiming_normal_(convolution.weight!, mode: init.FanInOut.FanOut, nonlinearity: init.NonlinearityType.ReLU);
        }
    }
}
