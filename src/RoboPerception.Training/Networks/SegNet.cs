using RoboPerception.Onnx;
using RoboPerception.Training.Export;
using RoboPerception.Training.Tasks;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace RoboPerception.Training.Networks;

/// <summary>
/// The SegNet trunk shared by the single, split and attention networks: five encoder levels with index pooling, five
/// decoder levels with index unpooling. Field names are the keys of the reference state dictionary.
/// </summary>
internal abstract class SegNet : PerceptionNetwork, IOnnxExportable
{
    /// <summary>Encoder levels, each halving the resolution.</summary>
    public const int Levels = 5;

    private protected readonly ModuleList<Sequential> encoder_block;
    private protected readonly ModuleList<Sequential> conv_block_enc;
    private protected readonly ModuleList<Sequential> decoder_block;
    private protected readonly ModuleList<Sequential> conv_block_dec;

    private protected SegNet(NetworkSpec spec, IReadOnlyList<TaskDescription> tasks)
        : base(spec, tasks)
    {
        var widths = spec.Widths;
        encoder_block = ModuleList(PerLevel(d => Block(d == 0 ? 3 : widths[d - 1], widths[d])));
        conv_block_enc = ModuleList(PerLevel(d => FurtherConvs(widths[d], d)));
        decoder_block = ModuleList(PerLevel(d => Block(widths[d], DecoderWidth(d))));
        conv_block_dec = ModuleList(PerLevel(d => FurtherConvs(DecoderWidth(d), d)));
    }

    /// <inheritdoc/>
    public override int SizeMultiple => 1 << Levels;

    /// <summary>Channels that decoder level <paramref name="level"/> returns.</summary>
    private protected int DecoderWidth(int level) => Spec.Widths[Math.Max(level - 1, 0)];

    internal static Sequential[] PerLevel(Func<int, Sequential> make) => [.. Enumerable.Range(0, Levels).Select(make)];

    private Sequential Block(int input, int output) => Spec.IsDeep ? Blocks.ConvChain(input, output, output) : Blocks.ConvBlock(input, output);

    /// <summary>Two blocks of equal width, or one: SegNet has one on its two finest levels.</summary>
    private Sequential FurtherConvs(int width, int level) => level < 2 ? Block(width, width) : Sequential(Block(width, width), Block(width, width));

    /// <summary>Runs the trunk on an image (N,3,H,W) with values 0..1.</summary>
    private protected Trunk RunTrunk(Tensor image)
    {
        var first = new Tensor[Levels];
        var last = new Tensor[Levels];
        var indices = new Tensor[Levels];
        var map = image;
        for (var d = 0; d < Levels; d++)
        {
            first[d] = encoder_block[d].forward(map);
            last[d] = conv_block_enc[d].forward(first[d]);
            (map, indices[d]) = IndexPooling.Pool(last[d]);
        }

        var unpooled = new Tensor[Levels];
        var decoded = new Tensor[Levels];
        for (var d = Levels - 1; d >= 0; d--)
        {
            unpooled[d] = IndexPooling.Unpool(map, indices[d], last[d]);
            decoded[d] = conv_block_dec[d].forward(decoder_block[d].forward(unpooled[d]));
            map = decoded[d];
        }

        return new Trunk(first, last, unpooled, decoded);
    }

    /// <inheritdoc/>
    public abstract IReadOnlyList<Value> Export(GraphBuilder graph, Value image);

    /// <summary>The trunk as a graph; the counterpart of <see cref="RunTrunk"/>.</summary>
    private protected TrunkValues ExportTrunk(GraphBuilder graph, Value image)
    {
        var first = new Value[Levels];
        var last = new Value[Levels];
        var pooled = new Value[Levels];
        for (var d = 0; d < Levels; d++)
        {
            using var scope = graph.Scope($"encoder.{d}");
            first[d] = d == 0 ? LayerExport.ImageChain(graph, encoder_block[0], image) : LayerExport.Chain(graph, encoder_block[d], pooled[d - 1]);
            last[d] = LayerExport.Chain(graph, conv_block_enc[d], first[d]);
            pooled[d] = graph.MaxPool(last[d], 2, 2);
        }

        var unpooled = new Value[Levels];
        var decoded = new Value[Levels];
        var map = pooled[Levels - 1];
        for (var d = Levels - 1; d >= 0; d--)
        {
            using var scope = graph.Scope($"decoder.{d}");
            unpooled[d] = LayerExport.Unpool(graph, map, last[d], pooled[d]);
            map = LayerExport.Chain(graph, conv_block_dec[d], LayerExport.Chain(graph, decoder_block[d], unpooled[d]));
            decoded[d] = map;
        }

        return new TrunkValues(first, last, unpooled, decoded);
    }

    /// <summary>
    /// The maps that attention taps, per level: output of the first and the last convolution of the encoder level, the
    /// unpooled decoder input, and the output of the last decoder convolution.
    /// </summary>
    private protected readonly record struct Trunk(Tensor[] First, Tensor[] Last, Tensor[] Unpooled, Tensor[] Decoded);

    /// <summary><see cref="Trunk"/> as values of a graph.</summary>
    private protected readonly record struct TrunkValues(Value[] First, Value[] Last, Value[] Unpooled, Value[] Decoded);
}
