using RoboPerception.Onnx;
using RoboPerception.Training.Export;
using RoboPerception.Training.Tasks;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace RoboPerception.Training.Networks;

/// <summary>
/// One SegNet per task whose maps are mixed between the levels (Misra et al., "Cross-stitch Networks", CVPR 2016). <c>mode=repository</c>
/// is what MTAN's repository does: one weight per source task, all 1 at the start, and the same mixture for every task. <c>mode=paper</c>
/// has a matrix per level, target task by source task. Field names are the keys of the reference state dictionary.
/// </summary>
internal sealed class CrossStitchSegNet : PerceptionNetwork, IOnnxExportable
{
    private const int Levels = SegNet.Levels;

    // Share of a task's own map at the start, in the paper's mode.
    private const float OwnShare = 0.9f;

    private readonly ModuleList<ModuleList<Sequential>> encoder_block_t;
    private readonly ModuleList<ModuleList<Sequential>> decoder_block_t;
    private readonly Parameter cs_unit_encoder;
    private readonly Parameter cs_unit_decoder;
    private readonly Sequential[] heads;
    private readonly Parameter logsigma;
    private readonly bool perTask;

    /// <summary>Builds the network for the given tasks with fresh parameters.</summary>
    public CrossStitchSegNet(NetworkSpec spec, IReadOnlyList<TaskDescription> tasks)
        : base(spec, tasks)
    {
        var widths = spec.Widths;
        perTask = spec.Word("mode", "repository", "paper") == "paper";
        encoder_block_t = ModuleList(PerTask(() => ModuleList(SegNet.PerLevel(d => SegNetLevels.Encoder(widths, d, shares: 1)))));
        decoder_block_t = ModuleList(PerTask(() => ModuleList(SegNet.PerLevel(d => SegNetLevels.Decoder(widths, d, shares: 1)))));
        cs_unit_encoder = Parameter(StartingWeights(Levels - 1));
        cs_unit_decoder = Parameter(StartingWeights(Levels));
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
        var sources = PerTask(() => new Tensor[Levels]);
        var indices = PerTask(() => new Tensor[Levels]);
        var maps = PerTask(() => input);
        for (var d = 0; d < Levels; d++)
        {
            var mixed = d == 0 ? maps : Mix(cs_unit_encoder, d - 1, maps);
            for (var k = 0; k < maps.Length; k++)
            {
                sources[k][d] = encoder_block_t[k][d].forward(mixed[k]);
                (maps[k], indices[k][d]) = IndexPooling.Pool(sources[k][d]);
            }
        }

        for (var d = Levels - 1; d >= 0; d--)
        {
            var mixed = Mix(cs_unit_decoder, Levels - 1 - d, maps);
            for (var k = 0; k < maps.Length; k++)
            {
                maps[k] = decoder_block_t[k][d].forward(IndexPooling.Unpool(mixed[k], indices[k][d], sources[k][d]));
            }
        }

        return [.. heads.Select((head, k) => Tasks[k].Activate(head.forward(maps[k])))];
    }

    /// <inheritdoc/>
    public IReadOnlyList<Value> Export(GraphBuilder graph, Value image)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(image);
        var sources = PerTask(() => new Value[Levels]);
        var pooled = PerTask(() => new Value[Levels]);
        var maps = PerTask(() => image);
        for (var d = 0; d < Levels; d++)
        {
            using var scope = graph.Scope($"encoder.{d}");
            var mixed = d == 0 ? maps : Mix(graph, cs_unit_encoder, d - 1, maps);
            for (var k = 0; k < maps.Length; k++)
            {
                var block = encoder_block_t[k][d];
                sources[k][d] = d == 0 ? LayerExport.ImageChain(graph, block, image) : LayerExport.Chain(graph, block, mixed[k]);
                maps[k] = pooled[k][d] = graph.MaxPool(sources[k][d], 2, 2);
            }
        }

        for (var d = Levels - 1; d >= 0; d--)
        {
            using var scope = graph.Scope($"decoder.{d}");
            var mixed = Mix(graph, cs_unit_decoder, Levels - 1 - d, maps);
            for (var k = 0; k < maps.Length; k++)
            {
                maps[k] = LayerExport.Chain(graph, decoder_block_t[k][d], LayerExport.Unpool(graph, mixed[k], sources[k][d], pooled[k][d]));
            }
        }

        using var heading = graph.Scope("heads");
        return [.. heads.Select((head, k) => LayerExport.Chain(graph, head, maps[k]))];
    }

    /// <summary>What every task reads: the weighted sums of all tasks' maps (N,C,H,W).</summary>
    private Tensor[] Mix(Parameter units, int level, Tensor[] maps)
    {
        if (perTask)
        {
            return [.. maps.Select((_, k) => Sum(source => units[level, k, source]))];
        }

        var same = Sum(source => units[level, source]);
        return [.. maps.Select(_ => same)];

        Tensor Sum(Func<int, Tensor> weight) => maps.Select((map, source) => weight(source) * map).Aggregate((sum, term) => sum.Plus(term));
    }

    private Value[] Mix(GraphBuilder graph, Parameter units, int level, Value[] maps)
    {
        using var scope = NewDisposeScope();
        var weights = units.detach().select(0, level).cpu().contiguous().data<float>().ToArray();
        if (perTask)
        {
            return [.. maps.Select((_, k) => Sum(k * maps.Length))];
        }

        var same = Sum(0);
        return [.. maps.Select(_ => same)];

        Value Sum(int first) => maps.Select((map, source) => graph.Mul(map, graph.Constant([weights[first + source]], []))).Aggregate(graph.Add);
    }

    private Tensor StartingWeights(int levels)
    {
        var tasks = Tasks.Count;
        if (!perTask)
        {
            return ones(levels, tasks);
        }

        var others = tasks == 1 ? 0 : (1 - OwnShare) / (tasks - 1);
        var own = tasks == 1 ? 1 : OwnShare;
        return (eye(tasks) * HeldScalar.Of(own - others)).Plus(others).unsqueeze(0).repeat(levels, 1, 1);
    }

    private T[] PerTask<T>(Func<T> make) => [.. Tasks.Select(_ => make())];
}
