using RoboPerception.Onnx;
using RoboPerception.Training.Export;
using RoboPerception.Training.Tasks;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace RoboPerception.Training.Networks.Pyramid;

/// <summary>
/// Multi-modal distillation at one scale (PAD-Net, Xu et al., CVPR 2018): every task adds what the features of the others tell it, each through
/// a gate of its own.
/// </summary>
internal sealed class Distillation : Module
{
    private readonly NamedModules<NamedModules<Gate>> self_attention;
    private readonly IReadOnlyList<TaskDescription> targets, sources;

    /// <summary>Builds the module with fresh parameters.</summary>
    /// <param name="width">Channels of a task's feature.</param>
    /// <param name="targets">Tasks that receive.</param>
    /// <param name="sources">Tasks that give; the targets are among them.</param>
    public Distillation(int width, IReadOnlyList<TaskDescription> targets, IReadOnlyList<TaskDescription> sources)
        : base(nameof(Distillation))
    {
        ArgumentNullException.ThrowIfNull(targets);
        this.targets = targets;
        this.sources = sources;
        self_attention = new NamedModules<NamedModules<Gate>>([.. targets.Select(target => (
            target.MtiKey,
            new NamedModules<Gate>([.. sources.Where(source => source != target).Select(source => (source.MtiKey, new Gate(width)))])))]);
        RegisterComponents();
    }

    /// <summary>One feature per source to one per target.</summary>
    internal Tensor[] Distil(Tensor[] features) =>
    [
        .. targets.Select(target => sources
            .Select((source, a) => source == target ? features[a] : self_attention[target.MtiKey][source.MtiKey].call(features[a]))
            .Aggregate((sum, next) => sum.Plus(next))),
    ];

    /// <summary>As <see cref="Distil"/>; the convolutions of all targets over one source are one.</summary>
    internal Value[] Export(GraphBuilder graph, Value[] features)
    {
        var sums = targets.Select(target => features[Place(target)]).ToArray();
        for (var a = 0; a < sources.Count; a++)
        {
            var receivers = Enumerable.Range(0, targets.Count).Where(t => targets[t] != sources[a]).ToArray();
            if (receivers.Length == 0)
            {
                continue;
            }

            var gates = receivers.Select(t => self_attention[targets[t].MtiKey][sources[a].MtiKey]).ToArray();
            var width = features[a].Shape[1];
            var both = graph.Conv(features[a], LayerExport.Stack(graph, [.. gates.Select(gate => gate.Weight), .. gates.Select(gate => gate.GateWeight)]), null, padding: 1);
            var passed = graph.Mul(Channels(graph, both, 0, width * gates.Length), graph.Sigmoid(Channels(graph, both, width * gates.Length, 2 * width * gates.Length)));
            for (var i = 0; i < receivers.Length; i++)
            {
                var part = gates.Length == 1 ? passed : Channels(graph, passed, i * width, (i + 1) * width);
                sums[receivers[i]] = graph.Add(sums[receivers[i]], part);
            }
        }

        return sums;
    }

    private static Value Channels(GraphBuilder graph, Value x, long from, long to) => graph.Slice(x, [from], [to], [1], [1]);

    private int Place(TaskDescription target) => Enumerable.Range(0, sources.Count).First(a => sources[a] == target);

    /// <summary>3x3 convolution times the sigmoid of another.</summary>
    internal sealed class Gate : Module<Tensor, Tensor>
    {
        private readonly Conv2d conv;
        private readonly Sequential attention;

        public Gate(int width)
            : base(nameof(Gate))
        {
            conv = Conv2d(width, width, 3, padding: 1, bias: false);
            attention = Sequential(Conv2d(width, width, 3, padding: 1, bias: false), Sigmoid());
            RegisterComponents();
        }

        public Tensor Weight => conv.weight!;

        public Tensor GateWeight => ((Conv2d)attention[0]).weight!;

        public override Tensor forward(Tensor input) => conv.call(input) * attention.call(input);
    }
}
