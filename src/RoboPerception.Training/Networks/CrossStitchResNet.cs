using RoboPerception.Onnx;
using RoboPerception.Training.Export;
using RoboPerception.Training.Tasks;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace RoboPerception.Training.Networks;

/// <summary>
/// Cross-stitch network (Misra et al., CVPR 2016) on residual networks: after every layer a task reads the sum of all tasks' maps, each
/// channel of each source with its own weight.
/// </summary>
internal sealed class CrossStitchResNet : ParallelResNet
{
    /// <summary>Name in <see cref="NetworkSpec"/>.</summary>
    public const string Family = "cross-stitch-resnet";

    private readonly NamedModules<Unit> cross_stitch;

    /// <summary>Builds the network with fresh parameters.</summary>
    public CrossStitchResNet(NetworkSpec spec, IReadOnlyList<TaskDescription> tasks)
        : base(spec, tasks)
    {
        cross_stitch = new NamedModules<Unit>([.. Layout.Output.Select((width, i) => ($"layer{i + 1}", new Unit([.. tasks.Select(task => task.MtiKey)], width, OwnShare, OtherShare)))]);
        RegisterComponents();
    }

    private protected override Tensor[] Mix(int place, Tensor[] maps) => place == 0 ? maps : cross_stitch[$"layer{place}"].call(maps);

    private protected override Value[] Mix(GraphBuilder graph, int place, Value[] maps)
    {
        using var scope = graph.Scope($"cross_stitch.layer{place}");
        return place == 0 ? maps : cross_stitch[$"layer{place}"].Export(graph, maps);
    }

    /// <summary>The weights after one layer; parameters are named target.source, each (C).</summary>
    private sealed class Unit : Module<Tensor[], Tensor[]>
    {
        // Re-read by name at every call, because moving a module replaces its parameters.
        private readonly string[] tasks;

        public Unit(string[] tasks, int width, float own, float other)
            : base(nameof(Unit))
        {
            this.tasks = tasks;
            foreach (var target in tasks)
            {
                var row = new Row();
                foreach (var source in tasks)
                {
                    row.register_parameter(source, Parameter(full([width], HeldScalar.Of(source == target ? own : other))));
                }

                register_module(target, row);
            }
        }

        public override Tensor[] forward(Tensor[] input) =>
            [.. Weights().Select(row => row.Zip(input, (weight, map) => weight.view(1, -1, 1, 1) * map).Aggregate((sum, term) => sum.Plus(term)))];

        public Value[] Export(GraphBuilder graph, Value[] maps)
        {
            using var scope = NewDisposeScope();
            return [.. Weights().Select(row => row.Zip(maps, (weight, map) => graph.Mul(map, LayerExport.Constant(graph, weight.detach().view(1, -1, 1, 1)))).Aggregate(graph.Add))];
        }

        private Parameter[][] Weights() => [.. children().Select(row => tasks.Select(source => row.get_parameter(source)!).ToArray())];

        private sealed class Row() : Module(nameof(Row));
    }
}
