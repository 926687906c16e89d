using RoboPerception.Onnx;
using RoboPerception.Training.Tasks;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace RoboPerception.Training.Networks.Pyramid;

/// <summary>
/// First look of every task at one scale: a feature (N,width,H,W) by two residual blocks over the trunk's map and the features that the coarser
/// scale propagated, and a prediction from it that only training uses.
/// </summary>
internal sealed class InitialPrediction : Module
{
    private readonly NamedModules<Sequential> refinement;
    private readonly NamedModules<Conv2d> decoders;

    /// <summary>Builds the module with fresh parameters.</summary>
    public InitialPrediction(int input, int width, IReadOnlyList<TaskDescription> tasks)
        : base(nameof(InitialPrediction))
    {
        refinement = new NamedModules<Sequential>([.. tasks.Select(task => (task.MtiKey, Sequential(new ResidualBlock(input, width), new ResidualBlock(width, width))))]);
        decoders = new NamedModules<Conv2d>([.. tasks.Select(task => (task.MtiKey, Conv2d(width, task.Channels, 1)))]);
        RegisterComponents();
    }

    internal Conv2d Decoder(TaskDescription task) => decoders[task.MtiKey];

    internal Tensor Feature(TaskDescription task, Tensor map, Tensor? propagated) =>
        refinement[task.MtiKey].call(propagated is null ? map : cat([map, Resizing.To(propagated, map.shape)], 1));

    internal Tensor Predict(TaskDescription task, Tensor feature) => decoders[task.MtiKey].call(feature);

    internal Value Feature(GraphBuilder graph, TaskDescription task, Value map, Value? propagated) =>
        refinement[task.MtiKey].children().Aggregate(
            propagated is null ? map : graph.Concat(1, map, Resizing.To(graph, propagated, map.Shape)),
            (value, block) => ((ResidualBlock)block).Export(graph, value));
}
