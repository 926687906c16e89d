using RoboPerception.Onnx;
using RoboPerception.Training.Export;
using RoboPerception.Training.Native;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using F = TorchSharp.torch.nn.functional;

namespace RoboPerception.Training.Networks;

/// <summary>
/// Multi-Task Attention Network on a wide residual network for the Visual Decathlon (MTAN paper, section 4.2): one trunk, and per data set
/// its own masks and its own classifier. Field names are the keys of the reference state dictionary.
/// </summary>
internal sealed class WideResNetMtan : Module<Tensor, int, Tensor>, IOnnxExportable
{
    /// <summary>Rows and columns of the images.</summary>
    public const int ImageSize = 72;

    private const int Stages = 3;

    // The window is 8x8 on a map of 9x9: the last row and column are ignored.
    private const int PoolSize = 8;

    private readonly Conv2d conv1;
    private readonly Sequential layer1;
    private readonly Sequential layer2;
    private readonly Sequential layer3;
    private readonly CountingBatchNorm bn1;
    private readonly ModuleList<Sequential> linear;
    private readonly ModuleList<ModuleList<Sequential>> encoder_att;
    private readonly ModuleList<Sequential> encoder_block_att;

    private static readonly long[] PoolWindow = [2, 2];

    /// <summary>Builds the network with fresh parameters.</summary>
    /// <param name="classes">Classes of every data set.</param>
    /// <param name="depth">Layers: 6n + 4 for n blocks in each of three stages.</param>
    /// <param name="widen">Channels are 16, then 16, 32 and 64 times this.</param>
    public WideResNetMtan(IReadOnlyList<int> classes, int depth = 28, int widen = 4)
        : base(nameof(WideResNetMtan))
    {
        ArgumentNullException.ThrowIfNull(classes);
        Convolutions.EnsureRight();
        ArgumentOutOfRangeException.ThrowIfZero(classes.Count, nameof(classes));
        ArgumentOutOfRangeException.ThrowIfLessThan(depth, 10);
        ArgumentOutOfRangeException.ThrowIfLessThan(widen, 1);
        Classes = [.. classes];
        int[] widths = [16, 16 * widen, 32 * widen, 64 * widen];
        var blocks = (depth - 4) / 6;
        conv1 = Conv2d(3, widths[0], 3, padding: 1);
        layer1 = Stage(widths[0], widths[1], blocks);
        layer2 = Stage(widths[1], widths[2], blocks);
        layer3 = Stage(widths[2], widths[3], blocks);
        bn1 = CountingBatchNorm.Of(widths[3], momentum: 0.9);
        linear = ModuleList<Sequential>([.. classes.Select(count => Sequential(Linear(widths[3], count), Softmax(1)))]);
        encoder_att = ModuleList<ModuleList<Sequential>>([.. classes.Select(_ => ModuleList<Sequential>([.. widths.Select((width, j) => Blocks.Attention(j == 0 ? width : 2 * width, width, width))]))]);
        encoder_block_att = ModuleList<Sequential>([.. widths.Select((width, j) => Blocks.ConvBlock(width, widths[Math.Min(j + 1, Stages)]))]);
        RegisterComponents();
    }

    /// <summary>Classes of the ten data sets in the order of the reference: ImageNet, aircraft, CIFAR-100, pedestrians, textures, traffic signs, Omniglot, house numbers, actions, flowers.</summary>
    public static IReadOnlyList<int> Decathlon { get; } = [1000, 100, 100, 2, 47, 43, 1623, 10, 101, 102];

    /// <summary>Classes of every data set.</summary>
    public IReadOnlyList<int> Classes { get; }

    /// <summary>Trainable values.</summary>
    public long ParameterCount => parameters().Sum(parameter => parameter.numel());

    /// <summary>Trainable values of the trunk alone: what the paper measures its size against.</summary>
    public long BackboneParameterCount => ((Module[])[conv1, layer1, layer2, layer3, bn1]).SelectMany(part => part.parameters()).Sum(parameter => parameter.numel());

    /// <summary>Normalised images (N,3,72,72) to the class probabilities (N,C) of one data set; only that data set's branch runs.</summary>
    public override Tensor forward(Tensor image, int dataSet)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)dataSet, (uint)Classes.Count, nameof(dataSet));
        var maps = new Tensor[Stages + 1];
        maps[0] = conv1.call(image);
        maps[1] = layer1.call(maps[0]);
        maps[2] = layer2.call(maps[1]);
        maps[3] = F.relu(bn1.call(layer3.call(maps[2])));
        Tensor? attended = null;
        for (var j = 0; j <= Stages; j++)
        {
            var seen = attended is null ? maps[j] : cat([maps[j], attended], 1);
            attended = encoder_block_att[j].call(encoder_att[dataSet][j].call(seen) * maps[j]);
            attended = j < Stages ? F.max_pool2d(attended, PoolWindow, PoolWindow) : attended;
        }

        return linear[dataSet].call(F.avg_pool2d(attended!, [PoolSize, PoolSize], [PoolSize, PoolSize]).flatten(1));
    }

    /// <summary>Mean over the batch of -log(p[target] + 1e-20).</summary>
    /// <param name="probabilities">(N,C) as <see cref="forward"/> returns them.</param>
    /// <param name="targets">Class of every image, int64 (N).</param>
    public static Tensor Loss(Tensor probabilities, Tensor targets)
    {
        ArgumentNullException.ThrowIfNull(probabilities);
        ArgumentNullException.ThrowIfNull(targets);
        return -probabilities.gather(1, targets.unsqueeze(1)).Plus(1e-20).log().mean();
    }

    /// <summary>The graph form: image (1,3,72,72), normalised, red first; the class probabilities (1,C,1,1) of every data set.</summary>
    public IReadOnlyList<Value> Export(GraphBuilder graph, Value image) => Export(graph, image, [.. Enumerable.Range(0, Classes.Count)]);

    /// <summary>The same with the branches of some data sets alone.</summary>
    public IReadOnlyList<Value> Export(GraphBuilder graph, Value image, IReadOnlyList<int> dataSets)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(dataSets);
        ArgumentNullException.ThrowIfNull(image);
        var maps = new Value[Stages + 1];
        maps[0] = LayerExport.Chain(graph, conv1, image);
        maps[1] = ExportStage(graph, "layer1", layer1, maps[0]);
        maps[2] = ExportStage(graph, "layer2", layer2, maps[1]);
        maps[3] = graph.Relu(LayerExport.Chain(graph, bn1, ExportStage(graph, "layer3", layer3, maps[2])));

        // The data sets run side by side along the batch axis.
        Value? attended = null;
        for (var j = 0; j <= Stages; j++)
        {
            using var scope = graph.Scope($"encoder_att.{j}");
            var masks = AttentionExport.Masks(graph, dataSets.Select(k => encoder_att[k][j]), maps[j], attended);
            attended = LayerExport.Chain(graph, encoder_block_att[j], graph.Mul(masks, maps[j]));
            attended = j < Stages ? graph.MaxPool(attended, 2, 2) : attended;
        }

        var features = graph.AveragePool(attended!, PoolSize, PoolSize);
        var predictions = new Value[dataSets.Count];
        for (var k = 0; k < predictions.Length; k++)
        {
            using var scope = graph.Scope($"linear.{dataSets[k]}");
            var classifier = (Linear)linear[dataSets[k]][0];
            using var noScope = NewDisposeScope();
            var weight = LayerExport.Constant(graph, classifier.weight.detach().unsqueeze(2).unsqueeze(3));
            var scores = graph.Conv(graph.Slice(features, [k], [k + 1], [0], [1]), weight, LayerExport.Constant(graph, classifier.bias!));
            predictions[k] = graph.Softmax(scores, 1);
        }

        return predictions;
    }

    private static Value ExportStage(GraphBuilder graph, string name, Sequential stage, Value x)
    {
        foreach (var (place, child) in stage.named_children())
        {
            using var scope = graph.Scope($"{name}.{place}");
            x = ((WideBlock)child).Export(graph, x);
        }

        return x;
    }

    private static Sequential Stage(int input, int output, int blocks) =>
        Sequential(Enumerable.Range(0, blocks).Select(i => (Module<Tensor, Tensor>)new WideBlock(i == 0 ? input : output, output, i == 0 ? 2 : 1)));
}
