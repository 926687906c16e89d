using RoboPerception.Core;
using RoboPerception.Onnx;
using RoboPerception.Training.Export;
using RoboPerception.Training.Tasks;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RoboPerception.Training.Networks;

/// <summary>Plain SegNet for one task: the baseline that multi-task networks are measured against.</summary>
internal sealed class SingleSegNet : SegNet
{
    private readonly Sequential pred_task;

    /// <summary>Builds the network for exactly one task with fresh parameters.</summary>
    /// <exception cref="UserErrorException">More than one task was asked for.</exception>
    public SingleSegNet(NetworkSpec spec, IReadOnlyList<TaskDescription> tasks)
        : base(spec, tasks)
    {
        if (tasks.Count != 1)
        {
            throw new UserErrorException(ExitCode.Usage, $"'{NetworkSpec.Single}' predicts one task, not {tasks.Count}; use '{NetworkSpec.Split}' or '{NetworkSpec.Mtan}'.");
        }

        pred_task = Blocks.Head(spec.Widths[0], tasks[0].Channels);
        RegisterComponents();
        Blocks.Initialise(this);
    }

    /// <inheritdoc/>
    protected override Tensor[] ForwardScaled(Tensor input) => [Tasks[0].Activate(pred_task.forward(RunTrunk(input).Decoded[0]))];

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Export(GraphBuilder graph, Value image)
    {
        var trunk = ExportTrunk(graph, image);
        using var scope = graph.Scope("head");
        return [LayerExport.Chain(graph, pred_task, trunk.Decoded[0])];
    }
}
