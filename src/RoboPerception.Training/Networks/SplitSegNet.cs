using RoboPerception.Onnx;
using RoboPerception.Training.Export;
using RoboPerception.Training.Tasks;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace RoboPerception.Training.Networks;

/// <summary>Hard parameter sharing: one SegNet and one prediction head per task on its last map.</summary>
internal sealed class SplitSegNet : SegNet
{
    private readonly Sequential[] heads;
    private readonly Parameter logsigma;

    /// <summary>Builds the network for the given tasks with fresh parameters.</summary>
    public SplitSegNet(NetworkSpec spec, IReadOnlyList<TaskDescription> tasks)
        : base(spec, tasks)
    {
        logsigma = Parameter(full([tasks.Count], HeldScalar.Of(-0.5f)));
        heads = [.. tasks.Select(task => Blocks.Head(spec.Widths[0], task.Channels))];
        RegisterComponents();
        for (var k = 0; k < heads.Length; k++)
        {
            register_module($"pred_task{k + 1}", heads[k]);
        }

        Blocks.Initialise(this);
    }

    /// <inheritdoc/>
    public override Parameter LogVariances => logsigma;

    /// <inheritdoc/>
    protected override Tensor[] ForwardScaled(Tensor input)
    {
        var trunk = RunTrunk(input);
        return [.. heads.Select((head, k) => Tasks[k].Activate(head.forward(trunk.Decoded[0])))];
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Export(GraphBuilder graph, Value image)
    {
        var trunk = ExportTrunk(graph, image);
        using var scope = graph.Scope("heads");
        return [.. heads.Select(head => LayerExport.Chain(graph, head, trunk.Decoded[0]))];
    }
}
