using RoboPerception.Onnx;
using RoboPerception.Training.Export;
using RoboPerception.Training.Tasks;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using F = TorchSharp.torch.nn.functional;

namespace RoboPerception.Training.Networks;

/// <summary>
/// Multi-Task Attention Network on SegNet (Liu, Johns, Davison, "End-to-End Multi-Task Learning with Attention", CVPR
/// 2019): every task looks at the shared trunk through its own masks. With one task it is STAN.
/// </summary>
public sealed class MtanSegNet : SegNet
{
    // Batch norm inside encoder_block_att and decoder_block_att sees the tasks one after the other, so its running
    // statistics mix them. That is the reference's behaviour, and why forward does not stack the tasks.
    private readonly ModuleList<ModuleList<Sequential>> encoder_att;
    private readonly ModuleList<ModuleList<Sequential>> decoder_att;
    private readonly ModuleList<Sequential> encoder_block_att;
    private readonly ModuleList<Sequential> decoder_block_att;
    private readonly Sequential[] heads;
    private readonly Parameter? logsigma;

    private static readonly long[] PoolWindow = [2, 2];

    /// <summary>Builds the network for the given tasks with fresh parameters.</summary>
    public MtanSegNet(NetworkSpec spec, IReadOnlyList<TaskDescription> tasks)
        : base(spec, tasks)
    {
        var widths = spec.Widths;
        encoder_att = ModuleList(PerTask(() => ModuleList(PerLevel(d => Blocks.Attention(d == 0 ? widths[0] : 2 * widths[d], widths[d], widths[d])))));
        decoder_att = ModuleList(PerTask(() => ModuleList(PerLevel(d => Blocks.Attention(widths[d] + DecoderWidth(d), DecoderWidth(d), DecoderWidth(d))))));
        encoder_block_att = ModuleList(PerLevel(d => Blocks.ConvBlock(widths[d], widths[Math.Min(d + 1, Levels - 1)])));
        decoder_block_att = ModuleList(PerLevel(d => Blocks.ConvBlock(widths[d], DecoderWidth(d))));
        heads = [.. tasks.Select(task => Blocks.Head(widths[0], task.Channels))];

        // STAN has nothing to weigh, and the published counts leave the scalar out.
        logsigma = tasks.Count > 1 ? Parameter(full([tasks.Count], -0.5f)) : null;
        RegisterComponents();
        for (var k = 0; k < heads.Length; k++)
        {
            register_module($"pred_task{k + 1}", heads[k]);
        }

        Blocks.Initialise(this);
    }

    /// <inheritdoc/>
    public override Parameter? LogVariances => logsigma;

    /// <inheritdoc/>
    public override Tensor[] forward(Tensor input)
    {
        var trunk = RunTrunk(input);
        var outputs = new Tensor[Tasks.Count];
        for (var k = 0; k < outputs.Length; k++)
        {
            outputs[k] = Tasks[k].Activate(heads[k].forward(Decode(k, trunk, Encode(k, trunk))));
        }

        return outputs;
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Export(GraphBuilder graph, Value image)
    {
        var trunk = ExportTrunk(graph, image);
        return Environment.GetEnvironmentVariable("VARIANT") == "A" ? [.. Enumerable.Range(0, Tasks.Count).Select(k => ExportOne(graph, trunk, k))] : ExportAll(graph, trunk);
    }

    private Value ExportOne(GraphBuilder graph, TrunkValues trunk, int k)
    {
        Value? attended = null;
        for (var d = 0; d < Levels; d++)
        {
            using var scope = graph.Scope($"encoder_att.{k}.{d}");
            var seen = attended is null ? trunk.First[d] : graph.Concat(1, trunk.First[d], attended);
            var masked = graph.Mul(LayerExport.Chain(graph, encoder_att[k][d], seen), trunk.Last[d]);
            attended = graph.MaxPool(LayerExport.Chain(graph, encoder_block_att[d], masked), 2, 2);
        }

        for (var d = Levels - 1; d >= 0; d--)
        {
            using var scope = graph.Scope($"decoder_att.{k}.{d}");
            var shape = trunk.Unpooled[d].Shape;
            var refined = LayerExport.Chain(graph, decoder_block_att[d], graph.Resize(attended!, shape[2], shape[3], ResizeRule.LinearAlignCorners));
            attended = graph.Mul(LayerExport.Chain(graph, decoder_att[k][d], graph.Concat(1, trunk.Unpooled[d], refined)), trunk.Decoded[d]);
        }

        using var head = graph.Scope($"head.{k}");
        return LayerExport.Chain(graph, heads[k], attended!);
    }

    private Value[] ExportAll(GraphBuilder graph, TrunkValues trunk)
    {
        Value? attended = null;
        for (var d = 0; d < Levels; d++)
        {
            using var scope = graph.Scope($"encoder_att.{d}");
            var masks = ExportMasks(graph, encoder_att, d, trunk.First[d], attended);
            attended = graph.MaxPool(LayerExport.Chain(graph, encoder_block_att[d], graph.Mul(masks, trunk.Last[d])), 2, 2);
        }

        for (var d = Levels - 1; d >= 0; d--)
        {
            using var scope = graph.Scope($"decoder_att.{d}");
            var shape = trunk.Unpooled[d].Shape;
            var refined = LayerExport.Chain(graph, decoder_block_att[d], graph.Resize(attended!, shape[2], shape[3], ResizeRule.LinearAlignCorners));
            attended = graph.Mul(ExportMasks(graph, decoder_att, d, trunk.Unpooled[d], refined), trunk.Decoded[d]);
        }

        var maps = new Value[Tasks.Count];
        for (var k = 0; k < maps.Length; k++)
        {
            using var scope = graph.Scope($"head.{k}");
            maps[k] = LayerExport.Chain(graph, heads[k], graph.Slice(attended!, [k], [k + 1], [0], [1]));
        }

        return maps;
    }

    /// <summary>
    /// The masks of all tasks at one level, tasks along the batch axis. A first convolution over concat(shared, attended) is the sum of one
    /// over the shared map, computed once for all tasks, and one over each task's own map (a grouped convolution).
    /// </summary>
    private static Value ExportMasks(GraphBuilder graph, ModuleList<ModuleList<Sequential>> attention, int level, Value shared, Value? attended)
    {
        var layers = attention.Select(task => task[level].children().ToArray()).ToArray();
        var first = layers.Select(task => (Conv2d)task[0]).ToArray();
        var second = layers.Select(task => (Conv2d)task[3]).ToArray();
        var channels = shared.Shape[1];
        var bias = LayerExport.Stack(graph, first.Select(conv => conv.bias!));
        using var noScope = NewDisposeScope();
        var sum = graph.Conv(shared, LayerExport.Stack(graph, first.Select(conv => conv.weight!.narrow(1, 0, channels))), bias);
        if (attended is not null)
        {
            var own = attended.Shape[1];
            var side = graph.Reshape(attended, 1, -1, attended.Shape[2], attended.Shape[3]);
            var weight = LayerExport.Stack(graph, first.Select(conv => conv.weight!.narrow(1, channels, own)));
            sum = graph.Add(sum, graph.Conv(side, weight, null, groups: layers.Length));
        }

        var hidden = graph.Relu(LayerExport.BatchNorm(graph, [.. layers.Select(task => (BatchNorm2d)task[1])], sum));
        var raw = graph.Conv(hidden, LayerExport.Stack(graph, second.Select(conv => conv.weight!)), LayerExport.Stack(graph, second.Select(conv => conv.bias!)), groups: layers.Length);
        var mask = graph.Sigmoid(LayerExport.BatchNorm(graph, [.. layers.Select(task => (BatchNorm2d)task[4])], raw));
        return graph.Reshape(mask, layers.Length, -1, mask.Shape[2], mask.Shape[3]);
    }

    private Tensor Encode(int task, Trunk trunk)
    {
        Tensor? attended = null;
        for (var d = 0; d < Levels; d++)
        {
            // Order of the channels: shared first, then attended.
            var seen = attended is null ? trunk.First[d] : cat([trunk.First[d], attended], 1);
            var masked = encoder_att[task][d].forward(seen) * trunk.Last[d];
            attended = F.max_pool2d(encoder_block_att[d].forward(masked), PoolWindow, PoolWindow);
        }

        return attended!;
    }

    private Tensor Decode(int task, Trunk trunk, Tensor attended)
    {
        for (var d = Levels - 1; d >= 0; d--)
        {
            var size = trunk.Unpooled[d].shape;
            var upsampled = F.interpolate(attended, size: [size[2], size[3]], mode: InterpolationMode.Bilinear, align_corners: true);
            var refined = decoder_block_att[d].forward(upsampled);
            attended = decoder_att[task][d].forward(cat([trunk.Unpooled[d], refined], 1)) * trunk.Decoded[d];
        }

        return attended;
    }

    private ModuleList<Sequential>[] PerTask(Func<ModuleList<Sequential>> make) => [.. Tasks.Select(_ => make())];
}
