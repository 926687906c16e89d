using RoboPerception.Core;
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
internal sealed class MtanSegNet : SegNet
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
        var isStan = spec.Family == NetworkSpec.Stan;
        if (isStan && tasks.Count != 1)
        {
            throw new UserErrorException(ExitCode.Usage, $"'{NetworkSpec.Stan}' predicts one task, not {tasks.Count}; use '{NetworkSpec.Mtan}'.");
        }

        var widths = spec.Widths;
        encoder_att = ModuleList(PerTask(() => ModuleList(PerLevel(d => Blocks.Attention(d == 0 ? widths[0] : 2 * widths[d], widths[d], widths[d])))));
        decoder_att = ModuleList(PerTask(() => ModuleList(PerLevel(d => Blocks.Attention(widths[d] + DecoderWidth(d), DecoderWidth(d), DecoderWidth(d))))));
        encoder_block_att = ModuleList(PerLevel(d => Blocks.ConvBlock(widths[d], widths[Math.Min(d + 1, Levels - 1)])));
        decoder_block_att = ModuleList(PerLevel(d => Blocks.ConvBlock(widths[d], DecoderWidth(d))));
        heads = [.. tasks.Select(task => Blocks.Head(widths[0], task.Channels))];

        // STAN has nothing to weigh, and the published counts leave the scalar out.
        logsigma = tasks.Count > 1 ? Parameter(full([tasks.Count], HeldScalar.Of(-0.5f))) : null;
        RegisterComponents();
        for (var k = 0; k < heads.Length; k++)
        {
            register_module(isStan ? "pred_task" : $"pred_task{k + 1}", heads[k]);
        }

        Blocks.Initialise(this);
    }

    /// <inheritdoc/>
    public override Parameter? LogVariances => logsigma;

    /// <inheritdoc/>
    protected override Tensor[] ForwardScaled(Tensor input)
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

        // The tasks run side by side along the batch axis: the shared blocks see them in one convolution.
        Value? attended = null;
        for (var d = 0; d < Levels; d++)
        {
            using var scope = graph.Scope($"encoder_att.{d}");
            var masks = AttentionExport.Masks(graph, encoder_att, d, trunk.First[d], attended);
            attended = graph.MaxPool(LayerExport.Chain(graph, encoder_block_att[d], graph.Mul(masks, trunk.Last[d])), 2, 2);
        }

        for (var d = Levels - 1; d >= 0; d--)
        {
            using var scope = graph.Scope($"decoder_att.{d}");
            var shape = trunk.Unpooled[d].Shape;
            var refined = LayerExport.Chain(graph, decoder_block_att[d], graph.Resize(attended!, shape[2], shape[3], ResizeRule.LinearAlignCorners));
            attended = graph.Mul(AttentionExport.Masks(graph, decoder_att, d, trunk.Unpooled[d], refined), trunk.Decoded[d]);
        }

        var maps = new Value[Tasks.Count];
        for (var k = 0; k < maps.Length; k++)
        {
            using var scope = graph.Scope($"head.{k}");
            maps[k] = LayerExport.Chain(graph, heads[k], graph.Slice(attended!, [k], [k + 1], [0], [1]));
        }

        return maps;
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
