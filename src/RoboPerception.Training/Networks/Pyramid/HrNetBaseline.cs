using RoboPerception.Core;
using RoboPerception.Onnx;
using RoboPerception.Training.Tasks;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace RoboPerception.Training.Networks.Pyramid;

/// <summary><see cref="HrNet"/> with one <see cref="HrHead"/> per task and nothing else: the single-task network and the multi-task baseline.</summary>
internal sealed class HrNetBaseline : PyramidNetwork
{
    /// <summary>Name with one task.</summary>
    public const string SingleFamily = "single-hrnet";

    /// <summary>Name with several.</summary>
    public const string SplitFamily = "split-hrnet";

    private readonly HrNet backbone;
    private readonly HrHead[] heads;

    /// <summary>Builds the network with fresh parameters.</summary>
    /// <exception cref="UserErrorException">The single-task family with several tasks.</exception>
    public HrNetBaseline(NetworkSpec spec, IReadOnlyList<TaskDescription> tasks)
        : base(spec, [.. tasks.Select(task => MtiNetFamilies.WithLoss(spec, task))])
    {
        var single = spec.Family == SingleFamily;
        if (single && tasks.Count != 1)
        {
            throw new UserErrorException(ExitCode.Usage, $"'{SingleFamily}' predicts one task, not {tasks.Count}; '{SplitFamily}' predicts several.");
        }

        backbone = new HrNet(HrNetLayout.Of(spec));
        heads = [.. tasks.Select(task => new HrHead(backbone.Channels, task.Channels))];
        RegisterComponents();

        // Names of the reference's single-task and multi-task models.
        if (single)
        {
            register_module("decoder", heads[0]);
        }
        else
        {
            register_module("decoders", new NamedModules<HrHead>([.. tasks.Select((task, k) => (task.MtiKey, heads[k]))]));
        }
    }

    /// <summary>Names of the options.</summary>
    public static IReadOnlyList<string> OptionNames { get; } = [.. HrNetLayout.OptionNames, MtiNetFamilies.NormalsOption, InputOption];

    /// <inheritdoc/>
    public override IEnumerable<Parameter> BackboneParameters => backbone.PretrainedParameters;

    /// <inheritdoc/>
    protected override IEnumerable<Tensor> BackboneTensors => backbone.PretrainedTensors;

    /// <inheritdoc/>
    public override void LoadBackbone(string path) => backbone.LoadPretrained(path);

    /// <inheritdoc/>
    protected override RawPrediction PredictStandard(TorchSharp.torch.Tensor input, bool supervised)
    {
        var maps = backbone.call(input);
        return new RawPrediction([.. heads.Select(head => head.call(maps))], []);
    }

    /// <inheritdoc/>
    internal override IReadOnlyList<Value> ExportStandard(GraphBuilder graph, Value image)
    {
        var maps = backbone.Export(graph, image);
        using var scope = graph.Scope("heads");
        return [.. heads.Select(head => head.Export(graph, maps))];
    }
}
