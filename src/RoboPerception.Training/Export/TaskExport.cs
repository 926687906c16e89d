using RoboPerception.Core;
using RoboPerception.Onnx;
using RoboPerception.Training.Tasks;

namespace RoboPerception.Training.Export;

/// <summary>Raw heads to the outputs of the model contract.</summary>
internal static class TaskExport
{
    /// <summary>Name of a task's output; the task has one.</summary>
    public static string OutputName(TaskDescription task) => ModelMetadata.KindName(task.Output!.Value);

    /// <summary>
    /// Segmentation uint8 (1,H,W); depth float (1,H,W) in metres, never below 0; normals float (1,3,H,W) of unit length. Where the network
    /// works at a fraction of the output's size, scores, depth and unit normals are enlarged bilinearly before the last step.
    /// </summary>
    public static Value Finish(GraphBuilder graph, TaskDescription task, Value raw, long height, long width)
    {
        using var scope = graph.Scope(OutputName(task));
        switch (task.Kind)
        {
            case TaskKind.Segmentation:
                // By way of float: TensorRT makes bytes from floats only.
                return graph.Cast(graph.Cast(graph.ArgMax(Enlarge(graph, raw, height, width), 1), ElementType.Float), ElementType.UInt8);
            case TaskKind.Normals:
                var unit = UnitLength(graph, raw);
                var enlarged = Enlarge(graph, unit, height, width);
                return enlarged == unit ? unit : UnitLength(graph, enlarged);
            default:
                // A head without logarithm may go below zero where there is no distance.
                var metres = task.Logarithmic ? graph.Exp(raw) : raw;
                return graph.Reshape(graph.Clip(Enlarge(graph, metres, height, width), 0, null), 1, height, width);
        }
    }

    private static Value Enlarge(GraphBuilder graph, Value x, long height, long width) =>
        x.Shape[2] == height && x.Shape[3] == width ? x : graph.Resize(x, height, width, ResizeRule.LinearHalfPixel);

    private static Value UnitLength(GraphBuilder graph, Value x) =>
        graph.Div(x, graph.Sqrt(graph.Add(graph.ReduceSum(graph.Mul(x, x), 1, keep: true), graph.Constant([1e-12f], []))));
}
