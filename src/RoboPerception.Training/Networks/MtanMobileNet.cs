using RoboPerception.Onnx;
using RoboPerception.Training.Export;
using RoboPerception.Training.Tasks;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using F = TorchSharp.torch.nn.functional;

namespace RoboPerception.Training.Networks;

/// <summary>
/// Multi-Task Attention Network (Liu, Johns, Davison, CVPR 2019) on MobileNetV2: the paper's masks on an encoder and decoder that are
/// shared by the tasks, with the encoder's stages of strides 4, 8, 16 and 32 in place of SegNet's levels. Masks multiply the shared map
/// of a stage; the masked maps go down the encoder and up the decoder per task, through convolutions that all tasks share. The predictions
/// have stride 4 and are enlarged to the image's size.
/// </summary>
internal sealed class MtanMobileNet : PerceptionNetwork, IOnnxExportable
{
    /// <summary>Name in <see cref="NetworkSpec"/>.</summary>
    public const string Family = "mtan-mobilenetv2";

    private const int Stages = 4;

    private readonly MobileNetV2 backbone;
    private readonly ModuleList<ModuleList<Sequential>> encoder_att;
    private readonly ModuleList<Sequential> encoder_block_att;
    private readonly ModuleList<Sequential> lateral;
    private readonly ModuleList<Sequential> reduce;
    private readonly ModuleList<Sequential> decoder_block;
    private readonly ModuleList<Sequential> decoder_block_att;
    private readonly ModuleList<ModuleList<Sequential>> decoder_att;
    private readonly ModuleList<Sequential> heads;
    private readonly Parameter logsigma;

    private static readonly long[] PoolWindow = [2, 2];

    /// <summary>Builds the network with fresh parameters.</summary>
    public MtanMobileNet(NetworkSpec spec, IReadOnlyList<TaskDescription> tasks)
        : base(spec, [.. tasks.Select(task => task.Kind == TaskKind.Depth && spec.Word("depth", "log", "linear") == "log" ? task with { Logarithmic = true } : task)])
    {
        var widths = spec.Numbers("decoder", [64, 96, 128, 128]);
        var (first, last) = (MobileNetV2.FirstChannels, MobileNetV2.StageChannels);
        backbone = new MobileNetV2();
        encoder_att = ModuleList(PerTask(() => ModuleList(PerStage(d => Blocks.Attention(first[d] + (d == 0 ? 0 : widths[d - 1]), Math.Max(last[d] / 4, 16), last[d])))));
        encoder_block_att = ModuleList(PerStage(d => Point(last[d], widths[d])));
        lateral = ModuleList(PerStage(d => Point(last[d], widths[d])));
        reduce = ModuleList(PerStage(d => Point(widths[Math.Min(d + 1, Stages - 1)], widths[d])));
        decoder_block = ModuleList(PerStage(d => Blocks.ConvBlock(widths[d], widths[d])));
        decoder_block_att = ModuleList(PerStage(d => Point(widths[Math.Min(d + 1, Stages - 1)], widths[d])));
        decoder_att = ModuleList(PerTask(() => ModuleList(PerStage(d => Blocks.Attention(2 * widths[d], widths[d] / 2, widths[d])))));
        heads = ModuleList<Sequential>([.. Tasks.Select(task => Sequential(Conv2d(widths[0], widths[0], 3, padding: 1), CountingBatchNorm.Of(widths[0]), ReLU(inplace: true), Conv2d(widths[0], task.Channels, 1)))]);
        logsigma = Parameter(full([tasks.Count], HeldScalar.Of(-0.5f)));
        RegisterComponents();
        using var noGradients = no_grad();
        foreach (var (task, head) in Tasks.Zip(heads))
        {
            if (task.Logarithmic)
            {
                init.constant_(((Conv2d)head[^1]).bias!, HeldScalar.Of(TaskDescription.InitialLogDepth));
            }
        }
    }

    /// <summary>Options: channels of the decoder at strides 4, 8, 16, 32; whether the head predicts the logarithm of the distance.</summary>
    public static IReadOnlyList<string> OptionNames { get; } = ["decoder", "depth"];

    /// <inheritdoc/>
    public override IEnumerable<Parameter> BackboneParameters => backbone.parameters();

    /// <inheritdoc/>
    public override void LoadBackbone(string path) => BackboneWeights.Load(backbone, path);

    /// <inheritdoc/>
    public override int SizeMultiple => 32;

    /// <inheritdoc/>
    public override Parameter? LogVariances => Tasks.Count > 1 ? logsigma : null;

    /// <inheritdoc/>
    protected override Tensor[] ForwardScaled(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var stages = backbone.forward(input);
        var (merged, decoded) = DecodeShared(stages);
        var outputs = new Tensor[Tasks.Count];
        for (var k = 0; k < outputs.Length; k++)
        {
            var attended = Encode(k, stages);
            for (var d = Stages - 1; d >= 0; d--)
            {
                var refined = Enlarge(decoder_block_att[d].forward(attended), merged[d].shape);
                attended = decoder_att[k][d].forward(cat([merged[d], refined], 1)) * decoded[d];
            }

            outputs[k] = Tasks[k].Activate(Enlarge(heads[k].forward(attended), input.shape));
        }

        return outputs;
    }

    /// <inheritdoc/>
    public IReadOnlyList<Value> Export(GraphBuilder graph, Value image)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(image);
        var stages = backbone.Export(graph, image);

        // The tasks run side by side along the batch axis: the shared blocks see them in one convolution.
        Value? attended = null;
        for (var d = 0; d < Stages; d++)
        {
            using var scope = graph.Scope($"encoder_att.{d}");
            var masks = AttentionExport.Masks(graph, encoder_att, d, stages[d].First, attended);
            attended = LayerExport.Chain(graph, encoder_block_att[d], graph.Mul(masks, stages[d].Last));
            attended = d < Stages - 1 ? graph.MaxPool(attended, 2, 2) : attended;
        }

        Value? above = null;
        for (var d = Stages - 1; d >= 0; d--)
        {
            using var scope = graph.Scope($"decoder.{d}");
            var merged = LayerExport.Chain(graph, lateral[d], stages[d].Last);
            merged = above is null ? merged : graph.Add(merged, Enlarge(graph, LayerExport.Chain(graph, reduce[d], above), merged));
            above = LayerExport.Chain(graph, decoder_block[d], merged);
            var refined = Enlarge(graph, LayerExport.Chain(graph, decoder_block_att[d], attended!), merged);
            attended = graph.Mul(AttentionExport.Masks(graph, decoder_att, d, merged, refined), above);
        }

        var maps = new Value[Tasks.Count];
        for (var k = 0; k < maps.Length; k++)
        {
            using var scope = graph.Scope($"head.{k}");
            var own = graph.Slice(attended!, [k], [k + 1], [0], [1]);
            maps[k] = Enlarge(graph, LayerExport.Chain(graph, heads[k], own), image);
        }

        return maps;
    }

    private (Tensor[] Merged, Tensor[] Decoded) DecodeShared(MobileNetV2.Stage[] stages)
    {
        var merged = new Tensor[Stages];
        var decoded = new Tensor[Stages];
        for (var d = Stages - 1; d >= 0; d--)
        {
            merged[d] = lateral[d].forward(stages[d].Last);
            if (d < Stages - 1)
            {
                merged[d] += Enlarge(reduce[d].forward(decoded[d + 1]), merged[d].shape);
            }

            decoded[d] = decoder_block[d].forward(merged[d]);
        }

        return (merged, decoded);
    }

    private Tensor Encode(int task, MobileNetV2.Stage[] stages)
    {
        Tensor? attended = null;
        for (var d = 0; d < Stages; d++)
        {
            var seen = attended is null ? stages[d].First : cat([stages[d].First, attended], 1);
            attended = encoder_block_att[d].forward(encoder_att[task][d].forward(seen) * stages[d].Last);
            attended = d < Stages - 1 ? F.max_pool2d(attended, PoolWindow, PoolWindow) : attended;
        }

        return attended!;
    }

    private static Tensor Enlarge(Tensor x, long[] like) => x.shape[2] == like[2] && x.shape[3] == like[3]
        ? x
        : F.interpolate(x, size: [like[2], like[3]], mode: InterpolationMode.Bilinear, align_corners: false);

    private static Value Enlarge(GraphBuilder graph, Value x, Value like) => x.Shape[2] == like.Shape[2] && x.Shape[3] == like.Shape[3]
        ? x
        : graph.Resize(x, like.Shape[2], like.Shape[3], ResizeRule.LinearHalfPixel);

    /// <summary>1x1 convolution, batch norm, ReLU.</summary>
    private static Sequential Point(int input, int output) => Sequential(Conv2d(input, output, 1), CountingBatchNorm.Of(output), ReLU(inplace: true));

    private static Sequential[] PerStage(Func<int, Sequential> make) => [.. Enumerable.Range(0, Stages).Select(make)];

    private ModuleList<Sequential>[] PerTask(Func<ModuleList<Sequential>> make) => [.. Tasks.Select(_ => make())];
}
