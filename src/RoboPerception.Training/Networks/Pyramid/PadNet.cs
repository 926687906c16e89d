using RoboPerception.Onnx;
using RoboPerception.Training.Export;
using RoboPerception.Training.Tasks;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace RoboPerception.Training.Networks.Pyramid;

/// <summary>
/// PAD-Net (Xu et al., CVPR 2018) as MTI-Net's repository builds it: <see cref="HrNet"/>'s maps put together at stride 4, a feature and a
/// supervised prediction per task, distillation between them, and a head per main task.
/// </summary>
internal sealed class PadNet : PyramidNetwork
{
    /// <summary>Name in <see cref="NetworkSpec"/>.</summary>
    public const string Family = "padnet-hrnet";

    private readonly ModuleList<Module> backbone;
    private readonly InitialHeads initial_task_prediction_heads;
    private readonly Distillation multi_modal_distillation;
    private readonly NamedModules<Sequential> heads;
    private readonly IReadOnlyList<TaskDescription> intermediateTasks;
    private readonly HrNet trunk;
    private readonly HrHead fuse;

    /// <summary>Builds the network with fresh parameters.</summary>
    public PadNet(NetworkSpec spec, IReadOnlyList<TaskDescription> tasks)
        : base(spec, [.. tasks.Select(task => MtiNetFamilies.WithLoss(spec, task))])
    {
        intermediateTasks = AuxiliaryTasks.Of(spec, Tasks, task => MtiNetFamilies.WithLoss(spec, task));
        var width = spec.Number("feature", 256);
        var middle = spec.Number("bottleneck", 64);
        trunk = new HrNet(HrNetLayout.Of(spec));
        fuse = new HrHead(trunk.Channels, output: null);
        backbone = ModuleList<Module>(trunk, fuse);
        initial_task_prediction_heads = new InitialHeads(fuse.Width, middle, width, intermediateTasks);
        multi_modal_distillation = new Distillation(width, Tasks, intermediateTasks);
        heads = new NamedModules<Sequential>([.. Tasks.Select(task => (
            task.MtiKey,
            Sequential(new BottleneckBlock(width, middle, width), new BottleneckBlock(width, middle, width), Conv2d(width, task.Channels, 1))))]);
        register_module(nameof(backbone), backbone);
        register_module(nameof(initial_task_prediction_heads), initial_task_prediction_heads);
        register_module(nameof(multi_modal_distillation), multi_modal_distillation);
        register_module(nameof(heads), heads);
    }

    /// <summary>Names of the options: those of the trunk, auxiliary tasks, channels of a task's feature and of its bottlenecks.</summary>
    public static IReadOnlyList<string> OptionNames { get; } =
        [.. HrNetLayout.OptionNames, AuxiliaryTasks.Option, "feature", "bottleneck", MtiNetFamilies.NormalsOption, InputOption];

    /// <inheritdoc/>
    public override IReadOnlyList<TaskDescription> SupervisedTasks => [.. Tasks, .. intermediateTasks.Where(task => !Tasks.Contains(task))];

    /// <inheritdoc/>
    public override IEnumerable<Parameter> BackboneParameters => trunk.PretrainedParameters;

    /// <inheritdoc/>
    protected override IEnumerable<Tensor> BackboneTensors => trunk.PretrainedTensors;

    /// <inheritdoc/>
    public override void LoadBackbone(string path) => trunk.LoadPretrained(path);

    /// <inheritdoc/>
    protected override RawPrediction PredictStandard(Tensor input, bool supervised)
    {
        var merged = fuse.call(trunk.call(input));
        Tensor[] features = [.. intermediateTasks.Select(task => initial_task_prediction_heads.Feature(task, merged))];
        var distilled = multi_modal_distillation.Distil(features);
        return new RawPrediction(
            [.. Tasks.Select((task, t) => heads[task.MtiKey].call(distilled[t]))],
            supervised ? [.. intermediateTasks.Select((task, k) => new Intermediate("initial", task, initial_task_prediction_heads.Predict(task, features[k])))] : []);
    }

    /// <inheritdoc/>
    internal override IReadOnlyList<Value> ExportStandard(GraphBuilder graph, Value image)
    {
        var merged = fuse.Export(graph, trunk.Export(graph, image));
        using var scope = graph.Scope("heads");
        var distilled = multi_modal_distillation.Export(graph, [.. intermediateTasks.Select(task => initial_task_prediction_heads.Feature(graph, task, merged))]);
        return [.. Tasks.Select((task, t) => Bottlenecks(graph, heads[task.MtiKey], distilled[t]))];
    }

    private static Value Bottlenecks(GraphBuilder graph, Sequential chain, Value x) =>
        chain.children().Aggregate(x, (value, layer) => layer is BottleneckBlock block ? block.Export(graph, value) : LayerExport.Chain(graph, layer, value));

    private sealed class InitialHeads : Module
    {
        private readonly NamedModules<Sequential> layers;
        private readonly NamedModules<Conv2d> conv_out;

        public InitialHeads(int input, int middle, int width, IReadOnlyList<TaskDescription> tasks)
            : base(nameof(InitialHeads))
        {
            layers = new NamedModules<Sequential>([.. tasks.Select(task => (task.MtiKey, Sequential(new BottleneckBlock(input, middle, width), new BottleneckBlock(width, middle, width))))]);
            conv_out = new NamedModules<Conv2d>([.. tasks.Select(task => (task.MtiKey, Conv2d(width, task.Channels, 1)))]);
            RegisterComponents();
        }

        public Tensor Feature(TaskDescription task, Tensor map) => layers[task.MtiKey].call(map);

        public Tensor Predict(TaskDescription task, Tensor feature) => conv_out[task.MtiKey].call(feature);

        public Value Feature(GraphBuilder graph, TaskDescription task, Value map) => Bottlenecks(graph, layers[task.MtiKey], map);
    }
}
