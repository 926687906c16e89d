using RoboPerception.Core;
using RoboPerception.Onnx;
using RoboPerception.Training.Tasks;

namespace RoboPerception.Training.Export;

/// <summary>Raw heads to the outputs of the model contract.</summary>
internal static class TaskExport
{
    /// <summary>Name of a task's output.</summary>
    public static string OutputName(TaskDescription task) => ModelMetadata.KindName(task.Kind);

    /// <summary>Segmentation uint8 (1,H,W); depth float (1,H,W) in metres, never below 0; normals float (1,3,H,W) of unit length.</summary>
    public static Value Finish(GraphBuilder graph, TaskDescription task, Value raw)
    {
        using var scope = graph.Scope(OutputName(task));
        switch (task.Kind)
        {
            case OutputKind.Segmentation:
                // By way of float: TensorRT makes bytes from floats only.
                return graph.Cast(graph.Cast(graph.ArgMax(raw, 1), ElementType.Float), ElementType.UInt8);
            case OutputKind.Normals:
                var length = graph.Sqrt(graph.Add(graph.ReduceSum(graph.Mul(raw, raw), 1, keep: true), graph.Constant([1e-12f], [])));
                return graph.Div(raw, length);
            default:
                // The head has no activation and may go below zero where there is no distance.
                return graph.Reshape(graph.Clip(raw, 0, null), 1, raw.Shape[2], raw.Shape[3]);
        }
    }
}
