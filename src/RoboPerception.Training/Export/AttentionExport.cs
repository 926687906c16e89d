using RoboPerception.Onnx;
using RoboPerception.Training.Networks;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RoboPerception.Training.Export;

/// <summary>Attention modules (<see cref="Networks.Blocks.Attention"/>) of all tasks as one set of nodes.</summary>
internal static class AttentionExport
{
    /// <summary>
    /// The masks of all tasks at one level, tasks along the batch axis. A first convolution over concat(shared, attended) is the sum of one
    /// over the shared map, computed once for all tasks, and one over each task's own map (a grouped convolution).
    /// </summary>
    public static Value Masks(GraphBuilder graph, ModuleList<ModuleList<Sequential>> attention, int level, Value shared, Value? attended) =>
        Masks(graph, attention.Select(task => task[level]), shared, attended);

    /// <summary>The same for the modules of one level, one per task.</summary>
    public static Value Masks(GraphBuilder graph, IEnumerable<Sequential> attention, Value shared, Value? attended)
    {
        var layers = attention.Select(task => task.children().ToArray()).ToArray();
        var first = layers.Select(task => (Conv2d)task[0]).ToArray();
        var second = layers.Select(task => (Conv2d)task[3]).ToArray();
        var channels = shared.Shape[1];
        var bias = LayerExport.Stack(graph, first.Select(conv => conv.bias!));
        using var noScope = NewDisposeScope();
        var sum = graph.Conv(shared, LayerExport.Stack(graph, first.Select(conv => conv.weight!.narrow(1, 0, channels))), bias);
        if (attended is not null)
        {
            var own = attended.Shape[1];
            var side = graph.Reshape(attended, 1, -1, attended.Shape[2], attended.Shape[3]);
            var weight = LayerExport.Stack(graph, first.Select(conv => conv.weight!.narrow(1, channels, own)));
            sum = graph.Add(sum, graph.Conv(side, weight, null, groups: layers.Length));
        }

        var hidden = graph.Relu(LayerExport.BatchNorm(graph, [.. layers.Select(task => (CountingBatchNorm)task[1])], sum));
        var raw = graph.Conv(hidden, LayerExport.Stack(graph, second.Select(conv => conv.weight!)), LayerExport.Stack(graph, second.Select(conv => conv.bias!)), groups: layers.Length);
        var mask = graph.Sigmoid(LayerExport.BatchNorm(graph, [.. layers.Select(task => (CountingBatchNorm)task[4])], raw));
        return graph.Reshape(mask, layers.Length, -1, mask.Shape[2], mask.Shape[3]);
    }
}
