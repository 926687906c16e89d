using System.Globalization;
using RoboPerception.Core;
using RoboPerception.Onnx;
using RoboPerception.Training.Tasks;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace RoboPerception.Training.Networks.Pyramid;

/// <summary>
/// MTI-Net (Vandenhende, Georgoulis, Van Gool, ECCV 2020): tasks are predicted at every scale, exchange what they know at every scale, pass
/// it on to the next finer one, and are put together from all scales. The trunk is any <see cref="PyramidBackbone"/>. Each module can be
/// switched off for the paper's ablation.
/// </summary>
internal sealed class MtiNet : PyramidNetwork
{
    // How many of the finest scales there are, all four by default.
    private static readonly string[] Choices = ["4", "3", "2", "1"];

    private readonly PyramidBackbone backbone;
    private readonly NamedModules<AggregationHead> heads;
    private readonly Parameter? logsigma;
    private readonly InitialPrediction[] initial;
    private readonly FeaturePropagation?[] propagation;
    private readonly Distillation?[] distillation;
    private readonly IReadOnlyList<TaskDescription> intermediateTasks;

    /// <summary>Builds the network on a trunk with fresh parameters.</summary>
    /// <param name="spec">Which modules there are; see <see cref="OptionNames"/>.</param>
    /// <param name="tasks">The main tasks.</param>
    /// <param name="adapt">Gives a task the losses and activations that the options ask for.</param>
    /// <param name="backbone">The trunk; it becomes part of the network.</param>
    /// <param name="headWidth">Width of a <see cref="LightHead"/> unless the specification says otherwise; null for <see cref="HrHead"/>.</param>
    /// <param name="learnsVariances">Whether there are log-variances for uncertainty weighting; the reference network has none.</param>
    public MtiNet(
        NetworkSpec spec, IReadOnlyList<TaskDescription> tasks, Func<TaskDescription, TaskDescription> adapt, PyramidBackbone backbone, int? headWidth = null, bool learnsVariances = false)
        : base(spec, [.. tasks.Select(adapt)])
    {
        ArgumentNullException.ThrowIfNull(backbone);
        this.backbone = backbone;
        intermediateTasks = AuxiliaryTasks.Of(spec, Tasks, adapt);
        var channels = backbone.Channels;
        var scales = int.Parse(spec.Word("scales", Choices), CultureInfo.InvariantCulture);
        var propagates = scales > 1 && On("fpm");
        var aggregated = On("aggregation") ? scales : 1;
        var grouping = spec.Word("softmax", "tasks", "channels") == "tasks" ? SoftmaxGrouping.AcrossTasks : SoftmaxGrouping.ConsecutiveChannels;
        initial = [.. Enumerable.Range(0, scales).Select(s => new InitialPrediction(channels[s] + (propagates && s < scales - 1 ? channels[s + 1] : 0), channels[s], intermediateTasks))];
        propagation = [.. Enumerable.Range(0, scales).Select(s => propagates && s > 0 ? new FeaturePropagation(channels[s], intermediateTasks, grouping, On("se")) : null)];
        distillation = [.. Enumerable.Range(0, aggregated).Select(s => On("distillation") ? new Distillation(channels[s], Tasks, intermediateTasks) : null)];
        int[] seen = [.. channels.Take(aggregated)];
        var light = spec.Options.ContainsKey("head") ? spec.Number("head", 1) : headWidth;
        heads = new NamedModules<AggregationHead>([.. Tasks.Select(task => (task.MtiKey, light is { } width ? (AggregationHead)new LightHead(seen, width, task.Channels) : new HrHead(seen, task.Channels)))]);
        logsigma = learnsVariances && intermediateTasks.Count > 1 ? Parameter(full([intermediateTasks.Count], HeldScalar.Of(-0.5f))) : null;
        RegisterComponents();
        RegisterScales();
        Initialise();

        bool On(string module) => spec.Word(module, "on", "off") == "on";
    }

    /// <summary>
    /// Options beside those of the trunk: auxiliary tasks; softmax of the propagation over <c>tasks</c> (the paper) or <c>channels</c> (the reference
    /// repository); width of a light head; how many scales from stride 4 on; modules on or off.
    /// </summary>
    public static IReadOnlyList<string> OptionNames { get; } = [AuxiliaryTasks.Option, "softmax", "head", "scales", "fpm", "se", "distillation", "aggregation"];

    /// <inheritdoc/>
    public override IReadOnlyList<TaskDescription> SupervisedTasks => [.. Tasks, .. intermediateTasks.Where(task => !Tasks.Contains(task))];

    /// <inheritdoc/>
    public override Parameter? LogVariances => logsigma;

    /// <inheritdoc/>
    public override IEnumerable<Parameter> BackboneParameters => backbone.PretrainedParameters;

    /// <inheritdoc/>
    protected override IEnumerable<Tensor> BackboneTensors => backbone.PretrainedTensors;

    /// <inheritdoc/>
    public override void LoadBackbone(string path) => backbone.LoadPretrained(path);

    /// <inheritdoc/>
    protected override RawPrediction PredictStandard(Tensor input, bool supervised)
    {
        var maps = backbone.call(input);
        var features = new Tensor[initial.Length][];
        var predictions = new List<Intermediate>();
        Tensor[]? propagated = null;
        for (var s = initial.Length - 1; s >= 0; s--)
        {
            features[s] = [.. intermediateTasks.Select((task, k) => initial[s].Feature(task, maps[s], propagated?[k]))];
            propagated = propagation[s]?.Propagate(features[s]);
            if (supervised)
            {
                predictions.AddRange(intermediateTasks.Select((task, k) => new Intermediate($"scale_{s}", task, initial[s].Predict(task, features[s][k]))));
            }
        }

        var distilled = distillation.Select((module, s) => module?.Distil(features[s]) ?? Main(features[s])).ToArray();
        return new RawPrediction([.. Tasks.Select((task, t) => heads[task.MtiKey].call([.. distilled.Select(scale => scale[t])]))], predictions);
    }

    /// <inheritdoc/>
    internal override IReadOnlyList<Value> ExportStandard(GraphBuilder graph, Value image)
    {
        var maps = ExportBackbone(graph, image);
        var features = new Value[initial.Length][];
        Value[]? propagated = null;
        for (var s = initial.Length - 1; s >= 0; s--)
        {
            using var scope = graph.Scope($"scale_{s}");
            features[s] = [.. intermediateTasks.Select((task, k) => initial[s].Feature(graph, task, maps[s], propagated?[k]))];
            propagated = propagation[s]?.Export(graph, features[s]);
        }

        var distilled = new Value[distillation.Length][];
        for (var s = 0; s < distilled.Length; s++)
        {
            using var scope = graph.Scope($"distillation_{s}");
            distilled[s] = distillation[s]?.Export(graph, features[s]) ?? Main(features[s]);
        }

        using var headScope = graph.Scope("heads");
        return [.. Tasks.Select((task, t) => heads[task.MtiKey].Export(graph, [.. distilled.Select(scale => scale[t])]))];
    }

    private Value[] ExportBackbone(GraphBuilder graph, Value image)
    {
        using var scope = graph.Scope("backbone");
        return backbone.Export(graph, image);
    }

    // Of one thing per task on the way, those of the main tasks.
    private T[] Main<T>(T[] perTask) => [.. Tasks.Select(task => perTask[Enumerable.Range(0, intermediateTasks.Count).First(k => intermediateTasks[k] == task)])];

    private void RegisterScales()
    {
        for (var s = 0; s < initial.Length; s++)
        {
            register_module($"scale_{s}", initial[s]);
            if (propagation[s] is { } propagator)
            {
                register_module($"fpm_scale_{s}", propagator);
            }

            if (s < distillation.Length && distillation[s] is { } distiller)
            {
                register_module($"distillation_scale_{s}", distiller);
            }
        }
    }

    // A logarithmic head starts at a distance that occurs.
    private void Initialise()
    {
        using var noGradients = no_grad();
        foreach (var task in intermediateTasks.Where(task => task.Logarithmic))
        {
            foreach (var module in initial)
            {
                init.constant_(module.Decoder(task).bias!, HeldScalar.Of(TaskDescription.InitialLogDepth));
            }

            if (Tasks.Contains(task))
            {
                init.constant_(heads[task.MtiKey].Prediction.bias!, HeldScalar.Of(TaskDescription.InitialLogDepth));
            }
        }
    }
}
