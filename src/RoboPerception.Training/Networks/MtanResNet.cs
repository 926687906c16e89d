using RoboPerception.Onnx;
using RoboPerception.Training.Export;
using RoboPerception.Training.Tasks;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using F = TorchSharp.torch.nn.functional;

namespace RoboPerception.Training.Networks;

/// <summary>
/// Multi-Task Attention Network on a dilated residual network: per layer and task a mask from the map before the last block multiplies the
/// map after it. Field names are the keys of the reference state dictionary.
/// </summary>
internal sealed class MtanResNet : ResNetNetwork
{
    /// <summary>Name in <see cref="NetworkSpec"/>.</summary>
    public const string Family = "mtan-resnet";

    private const int Layers = ResNetBackbone.Layers;

    private readonly Sequential shared_conv;
    private readonly Sequential[] before;
    private readonly ResNetBlock[] last;
    private readonly ModuleList<Sequential>[] attention;
    private readonly ResNetBlock[] refinement;
    private readonly ModuleList<Sequential> decoders;

    private static readonly long[] PoolWindow = [2, 2];

    /// <summary>Builds the network with fresh parameters.</summary>
    public MtanResNet(NetworkSpec spec, IReadOnlyList<TaskDescription> tasks)
        : base(spec, tasks, spec.Word("upsample", "aligned", "half") == "aligned")
    {
        var widths = Layout.Output;
        var share = spec.Word("attention", "quarter", "full") == "quarter" ? 4 : 1;
        var basic = spec.Word("refinement", "bottleneck", "basic") == "basic";
        shared_conv = Sequential(Conv2d(3, Layout.Stem, 7, stride: 2, padding: 3, bias: false), CountingBatchNorm.Of(Layout.Stem), ReLU(inplace: true), MaxPool2d(3, stride: 2, padding: 1));
        var layers = Enumerable.Range(0, Layers).Select(s => ResNetBackbone.Layer(Layout, s).ToArray()).ToArray();
        before = [.. layers.Select(blocks => Sequential(blocks.SkipLast(1)))];
        last = [.. layers.Select(blocks => blocks[^1])];
        attention = [.. widths.Select((width, s) => ModuleList<Sequential>([.. tasks.Select(_ => Blocks.Attention(s == 0 ? InputOfLast(0) : InputOfLast(s) + width, width / share, width))]))];
        refinement = [.. widths.Skip(1).Select((width, s) => basic
            ? ResNetBlock.Basic(widths[s], width, project: true)
            : ResNetBlock.Bottleneck(widths[s], width / 4, width, project: true))];
        decoders = ModuleList<Sequential>([.. tasks.Select(Head)]);
        RegisterComponents();
        for (var s = 0; s < Layers; s++)
        {
            register_module($"shared_layer{s + 1}_b", before[s]);
            register_module($"shared_layer{s + 1}_t", last[s]);
            register_module($"encoder_att_{s + 1}", attention[s]);
        }

        for (var s = 0; s < refinement.Length; s++)
        {
            register_module($"encoder_block_att_{s + 1}", refinement[s]);
        }

        ResNetBackbone.Initialise(this);

        // Before the last block a layer already has its output's channels, unless that block is its only one.
        int InputOfLast(int layer) => Layout.Blocks[layer] > 1 ? widths[layer] : layer == 0 ? Layout.Stem : widths[layer - 1];
    }

    /// <summary>Options: of every ResNet network; channels inside a mask (a quarter of the layer's, or all); form of the shared refinement.</summary>
    public static IReadOnlyList<string> OptionNames { get; } = [.. SharedOptions, "attention", "refinement"];

    private protected override IEnumerable<IReadOnlyDictionary<string, Tensor>> Trunks
    {
        get
        {
            IEnumerable<(string Name, Module Part)> parts = [("conv1", (Module)shared_conv[0]), ("bn1", (Module)shared_conv[1])];
            for (var s = 0; s < Layers; s++)
            {
                var count = Layout.Blocks[s];
                parts = [.. parts, .. before[s].children().Select((block, i) => ($"layer{s + 1}.{i}", block)), ($"layer{s + 1}.{count - 1}", last[s])];
            }

            return [parts.SelectMany(part => part.Part.state_dict(), (part, entry) => ($"{part.Name}.{entry.Key}", entry.Value)).ToDictionary(entry => entry.Item1, entry => entry.Value, StringComparer.Ordinal)];
        }
    }

    private protected override IEnumerable<Tensor> RunHeads(Tensor input)
    {
        var firsts = new Tensor[Layers];
        var lasts = new Tensor[Layers];
        var map = shared_conv.call(input);
        for (var s = 0; s < Layers; s++)
        {
            firsts[s] = before[s].call(map);
            lasts[s] = map = last[s].call(firsts[s]);
        }

        return decoders.Select((decoder, k) => decoder.call(Attend(k, firsts, lasts)));
    }

    private protected override IEnumerable<Value> ExportHeads(GraphBuilder graph, Value image)
    {
        var firsts = new Value[Layers];
        var lasts = new Value[Layers];
        var map = ResNetBackbone.ExportStem(graph, Sequential((Conv2d)shared_conv[0], (CountingBatchNorm)shared_conv[1]), image);
        for (var s = 0; s < Layers; s++)
        {
            firsts[s] = ResNetBackbone.ExportBlocks(graph, $"layer{s + 1}", before[s], map);
            using var scope = graph.Scope($"layer{s + 1}.last");
            lasts[s] = map = last[s].Export(graph, firsts[s]);
        }

        // The tasks run side by side along the batch axis: the shared blocks see them in one convolution.
        Value? attended = null;
        for (var s = 0; s < Layers; s++)
        {
            using var scope = graph.Scope($"attention.{s + 1}");
            attended = graph.Mul(AttentionExport.Masks(graph, attention[s], firsts[s], attended), lasts[s]);
            attended = s < refinement.Length ? refinement[s].Export(graph, attended) : attended;
            attended = s == 0 ? graph.MaxPool(attended, 2, 2) : attended;
        }

        for (var k = 0; k < Tasks.Count; k++)
        {
            using var scope = graph.Scope($"head.{k}");
            yield return DeepLabHead.Export(graph, decoders[k], graph.Slice(attended!, [k], [k + 1], [0], [1]));
        }
    }

    private Tensor Attend(int task, Tensor[] firsts, Tensor[] lasts)
    {
        Tensor? attended = null;
        for (var s = 0; s < Layers; s++)
        {
            var seen = attended is null ? firsts[s] : cat([firsts[s], attended], 1);
            attended = attention[s][task].call(seen) * lasts[s];
            attended = s < refinement.Length ? refinement[s].call(attended) : attended;
            attended = s == 0 ? F.max_pool2d(attended, PoolWindow, PoolWindow) : attended;
        }

        return attended!;
    }
}
