using RoboPerception.Onnx;
using RoboPerception.Training.Export;
using RoboPerception.Training.Tasks;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace RoboPerception.Training.Networks;

/// <summary>
/// The densest sharing of the MTAN paper: a shared SegNet, and one SegNet per task whose every level also sees the shared map of that
/// level. Field names are the keys of the reference state dictionary.
/// </summary>
internal sealed class DenseSegNet : PerceptionNetwork, IOnnxExportable
{
    private const int Levels = SegNet.Levels;

    private readonly ModuleList<Sequential> encoder_block;
    private readonly ModuleList<Sequential> decoder_block;
    private readonly ModuleList<ModuleList<Sequential>> encoder_block_t;
    private readonly ModuleList<ModuleList<Sequential>> decoder_block_t;
    private readonly Sequential[] heads;
    private readonly Parameter logsigma;

    /// <summary>Builds the network for the given tasks with fresh parameters.</summary>
    public DenseSegNet(NetworkSpec spec, IReadOnlyList<TaskDescription> tasks)
        : base(spec, tasks)
    {
        var widths = spec.Widths;
        encoder_block = ModuleList(SegNet.PerLevel(d => SegNetLevels.Encoder(widths, d, shares: 1)));

        // The reference ends its shared decoder in as many channels as there are classes, though nothing reads them.
        decoder_block = ModuleList(SegNet.PerLevel(d => d == 0 ? Blocks.ConvChain(widths[0], widths[0], tasks[0].Channels) : SegNetLevels.Decoder(widths, d, shares: 1)));
        encoder_block_t = ModuleList(PerTask(() => ModuleList(SegNet.PerLevel(d => SegNetLevels.Encoder(widths, d, shares: 2)))));
        decoder_block_t = ModuleList(PerTask(() => ModuleList(SegNet.PerLevel(
            d => d == 0 ? Blocks.ConvChain(2 * widths[0], 2 * widths[0], widths[0]) : SegNetLevels.Decoder(widths, d, shares: 2)))));
        heads = [.. tasks.Select(task => Blocks.Head(widths[0], task.Channels))];
        logsigma = Parameter(full([tasks.Count], HeldScalar.Of(-0.5f)));
        RegisterComponents();
        for (var k = 0; k < heads.Length; k++)
        {
            register_module($"pred_task{k + 1}", heads[k]);
        }

        Blocks.Initialise(this, uniform: true);
    }

    /// <inheritdoc/>
    public override int SizeMultiple => 1 << Levels;

    /// <inheritdoc/>
    public override Parameter LogVariances => logsigma;

    /// <inheritdoc/>
    protected override Tensor[] ForwardScaled(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var shared = Run(encoder_block, decoder_block, input, null);
        return [.. heads.Select((head, k) => Tasks[k].Activate(head.forward(Run(encoder_block_t[k], decoder_block_t[k], input, shared).Last)))];
    }

    /// <inheritdoc/>
    public IReadOnlyList<Value> Export(GraphBuilder graph, Value image)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(image);
        var shared = ExportMaps(graph, "shared", encoder_block, decoder_block, image, null);
        var maps = new Value[Tasks.Count];
        for (var k = 0; k < maps.Length; k++)
        {
            var own = ExportMaps(graph, $"task.{k}", encoder_block_t[k], decoder_block_t[k], image, shared);
            using var scope = graph.Scope($"head.{k}");
            maps[k] = LayerExport.Chain(graph, heads[k], own.Last);
        }

        return maps;
    }

    private static Maps Run(ModuleList<Sequential> encoder, ModuleList<Sequential> decoder, Tensor image, Maps? shared)
    {
        var (sources, pooled, indices, unpooled) = (new Tensor[Levels], new Tensor[Levels], new Tensor[Levels], new Tensor[Levels]);
        var map = image;
        for (var d = 0; d < Levels; d++)
        {
            sources[d] = encoder[d].forward(d == 0 || shared is null ? map : cat([map, shared.Value.Pooled[d - 1]], 1));
            (pooled[d], indices[d]) = IndexPooling.Pool(sources[d]);
            map = pooled[d];
        }

        for (var d = Levels - 1; d >= 0; d--)
        {
            unpooled[d] = IndexPooling.Unpool(map, indices[d], sources[d]);
            map = decoder[d].forward(shared is null ? unpooled[d] : cat([unpooled[d], shared.Value.Unpooled[d]], 1));
        }

        return new Maps(pooled, unpooled, map);
    }

    private static MapValues ExportMaps(GraphBuilder graph, string name, ModuleList<Sequential> encoder, ModuleList<Sequential> decoder, Value image, MapValues? shared)
    {
        var (sources, pooled, unpooled) = (new Value[Levels], new Value[Levels], new Value[Levels]);
        for (var d = 0; d < Levels; d++)
        {
            using var scope = graph.Scope($"{name}.encoder.{d}");
            sources[d] = d == 0
                ? LayerExport.ImageChain(graph, encoder[0], image)
                : LayerExport.Chain(graph, encoder[d], shared is null ? pooled[d - 1] : graph.Concat(1, pooled[d - 1], shared.Value.Pooled[d - 1]));
            pooled[d] = graph.MaxPool(sources[d], 2, 2);
        }

        var map = pooled[Levels - 1];
        for (var d = Levels - 1; d >= 0; d--)
        {
            using var scope = graph.Scope($"{name}.decoder.{d}");
            unpooled[d] = LayerExport.Unpool(graph, map, sources[d], pooled[d]);
            if (shared is null && d == 0)
            {
                // What the shared decoder would predict in the end is read by nobody.
                break;
            }

            map = LayerExport.Chain(graph, decoder[d], shared is null ? unpooled[d] : graph.Concat(1, unpooled[d], shared.Value.Unpooled[d]));
        }

        return new MapValues(pooled, unpooled, map);
    }

    private ModuleList<Sequential>[] PerTask(Func<ModuleList<Sequential>> make) => [.. Tasks.Select(_ => make())];

    /// <summary>Pooled maps, unpooled maps and the last map of one SegNet.</summary>
    private readonly record struct Maps(Tensor[] Pooled, Tensor[] Unpooled, Tensor Last);

    /// <summary><see cref="Maps"/> as values of a graph.</summary>
    private readonly record struct MapValues(Value[] Pooled, Value[] Unpooled, Value Last);
}
