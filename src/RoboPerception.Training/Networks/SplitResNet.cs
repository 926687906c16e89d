using RoboPerception.Core;
using RoboPerception.Onnx;
using RoboPerception.Training.Tasks;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace RoboPerception.Training.Networks;

/// <summary>One dilated residual network and a DeepLab head per task; with one task the single-task baseline.</summary>
internal sealed class SplitResNet : ResNetNetwork
{
    /// <summary>Name in <see cref="NetworkSpec"/> with one task.</summary>
    public const string SingleFamily = "single-resnet";

    /// <summary>Name in <see cref="NetworkSpec"/> with any number of tasks.</summary>
    public const string SplitFamily = "split-resnet";

    private readonly ResNetBackbone backbone;
    private readonly NamedModules<Sequential> heads;

    /// <summary>Builds the network with fresh parameters.</summary>
    /// <exception cref="UserErrorException">The single-task family was asked for several tasks.</exception>
    public SplitResNet(NetworkSpec spec, IReadOnlyList<TaskDescription> tasks)
        : base(spec, tasks, spec.Word("upsample", "aligned", "half") == "aligned")
    {
        if (spec.Family == SingleFamily && tasks.Count != 1)
        {
            throw new UserErrorException(ExitCode.Usage, $"'{SingleFamily}' predicts one task, not {tasks.Count}; use '{SplitFamily}'.");
        }

        backbone = new ResNetBackbone(Layout);
        heads = new NamedModules<Sequential>([.. tasks.Select(task => (task.MtiKey, Head(task)))]);
        RegisterComponents();
    }

    private protected override IEnumerable<IReadOnlyDictionary<string, Tensor>> Trunks => [backbone.state_dict()];

    private protected override IEnumerable<Tensor> RunHeads(Tensor input)
    {
        var map = backbone.call(input);
        return heads.Values.Select(head => head.call(map));
    }

    private protected override IEnumerable<Value> ExportHeads(GraphBuilder graph, Value image)
    {
        var map = backbone.Export(graph, image);
        foreach (var task in Tasks)
        {
            using var scope = graph.Scope($"head.{task.MtiKey}");
            yield return DeepLabHead.Export(graph, heads[task.MtiKey], map);
        }
    }
}
