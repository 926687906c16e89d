using RoboPerception.Onnx;
using RoboPerception.Training.Export;
using RoboPerception.Training.Tasks;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace RoboPerception.Training.Networks.Pyramid;

/// <summary>What the attention of <see cref="FeaturePropagation"/> is normalised over.</summary>
internal enum SoftmaxGrouping
{
    /// <summary>The tasks compete for every channel, as the paper describes it.</summary>
    AcrossTasks,

    /// <summary>Groups of as many consecutive channels as there are tasks, as the reference repository computes it; its checkpoints need this.</summary>
    ConsecutiveChannels,
}

/// <summary>
/// MTI-Net's feature propagation (Vandenhende, Georgoulis, Van Gool, ECCV 2020, section 3.3): the features of all tasks at one scale, harmonised
/// into one map, which every task takes up in its own measure for the next finer scale.
/// </summary>
internal sealed class FeaturePropagation : Module
{
    private const int SqueezeRatio = 16;

    private readonly Sequential non_linear;
    private readonly ResidualBlock dimensionality_reduction;
    private readonly NamedModules<SqueezeExcitation>? se;
    private readonly IReadOnlyList<TaskDescription> tasks;
    private readonly SoftmaxGrouping grouping;
    private readonly int width;

    /// <summary>Builds the module with fresh parameters.</summary>
    /// <param name="width">Channels of a task's feature.</param>
    /// <param name="tasks">The tasks, in the order in which their features are put side by side.</param>
    /// <param name="grouping">What the attention is normalised over.</param>
    /// <param name="excites">Whether each task weighs the channels of the shared map; the paper's ablation leaves it out.</param>
    public FeaturePropagation(int width, IReadOnlyList<TaskDescription> tasks, SoftmaxGrouping grouping, bool excites)
        : base(nameof(FeaturePropagation))
    {
        ArgumentNullException.ThrowIfNull(tasks);
        this.tasks = tasks;
        this.grouping = grouping;
        this.width = width;
        var all = tasks.Count * width;
        var reduced = all / 4;
        non_linear = Sequential(new ResidualBlock(all, reduced), new ResidualBlock(reduced, reduced), Conv2d(reduced, all, 1));
        dimensionality_reduction = new ResidualBlock(all, width);
        se = excites ? new NamedModules<SqueezeExcitation>([.. tasks.Select(task => (task.MtiKey, new SqueezeExcitation(width, width / SqueezeRatio)))]) : null;
        RegisterComponents();
    }

    internal Tensor[] Propagate(Tensor[] features)
    {
        var all = cat(features, 1);
        var shared = dimensionality_reduction.call(Attention(non_linear.call(all)) * all);
        return [.. features.Select((feature, k) => (se is null ? shared : shared * se[tasks[k].MtiKey].call(shared)).Plus(feature))];
    }

    /// <summary>The attention (N,tasks*width,H,W) of unnormalised scores of the same shape.</summary>
    internal Tensor Attention(Tensor scores)
    {
        var shape = scores.shape;
        var (outer, inner, axis) = grouping == SoftmaxGrouping.AcrossTasks ? (tasks.Count, width, 1) : (width, tasks.Count, 2);
        return scores.reshape(shape[0], outer, inner, shape[2], shape[3]).softmax(axis).reshape(shape);
    }

    internal Value[] Export(GraphBuilder graph, Value[] features)
    {
        var all = graph.Concat(1, features);
        var shape = all.Shape;
        var harmonised = ((ResidualBlock)non_linear[1]).Export(graph, ((ResidualBlock)non_linear[0]).Export(graph, all));
        var scores = LayerExport.Convolution(graph, (Conv2d)non_linear[2], harmonised);
        var (outer, inner, axis) = grouping == SoftmaxGrouping.AcrossTasks ? (tasks.Count, width, 0) : (width, tasks.Count, 1);
        var attention = graph.Reshape(graph.Softmax(graph.Reshape(scores, outer, inner, shape[2], shape[3]), axis), shape[0], shape[1], shape[2], shape[3]);
        var shared = dimensionality_reduction.Export(graph, graph.Mul(attention, all));
        if (se is null)
        {
            return [.. features.Select(feature => graph.Add(shared, feature))];
        }

        // The mean is the same for every task.
        var mean = graph.Mul(graph.ReduceSum(graph.ReduceSum(shared, 3, keep: true), 2, keep: true), graph.Constant([1f / (shape[2] * shape[3])], []));
        return [.. features.Select((feature, k) => graph.Add(graph.Mul(shared, se[tasks[k].MtiKey].Export(graph, mean)), feature))];
    }
}
