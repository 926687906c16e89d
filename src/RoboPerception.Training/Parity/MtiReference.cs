using RoboPerception.Core;
using RoboPerception.Training.Tasks;
using static TorchSharp.torch;

namespace RoboPerception.Training.Parity;

/// <summary>The conventions of MTI-Net's repository in ours: names of tasks, and a number (255) for pixels without ground truth.</summary>
internal static class MtiReference
{
    private const double Ignored = 255;

    /// <summary>Every task that a file of losses may hold.</summary>
    public static IReadOnlyList<TaskDescription> AllTasks(GoldenFile file) =>
    [
        Named("semseg", (int)(file.Number("classes") ?? 1)), Named("depth", 1), Named("normals", 3), Named("edge", 1) with { EdgeWeight = EdgeWeight(file) }, Named("sal", 1), Named("human_parts", TaskClasses.HumanParts.Count),
    ];

    /// <summary>The weight of edges in their loss: the file's <c>edge_pos_weight</c>, else that of the reference.</summary>
    public static double EdgeWeight(GoldenFile file) => file.Number("edge_pos_weight") ?? TaskLosses.EdgeWeight;

    /// <summary>Channels of a task that always has as many, or null.</summary>
    public static int? Defaults(string name) => name switch
    {
        "depth" or "edge" or "sal" => 1,
        "normals" or "normal" => 3,
        "human_parts" => TaskClasses.HumanParts.Count,
        _ => null,
    };

    /// <summary>The task of a name, with as many channels as the file says.</summary>
    public static TaskDescription Named(string name, int channels) => name switch
    {
        "semseg" => TaskDescription.Segmentation(Numbered(channels)),
        "depth" => TaskDescription.Depth,
        "normals" => TaskDescription.Normals with { NormalsLoss = NormalsLossKind.Absolute },
        "edge" => TaskDescription.Edges,
        "sal" => TaskDescription.Saliency,
        "human_parts" => channels == TaskClasses.HumanParts.Count ? TaskDescription.HumanParts : TaskDescription.PartsOf(Numbered(channels)),
        _ => throw new UserErrorException(ExitCode.Usage, $"The file names a task '{name}', which this program does not have."),
    };

    private static ClassMap Numbered(int count) => new(Enumerable.Range(0, count).Select(id => new ClassInfo(id, $"class {id}", 0, 0, 0)));

    /// <summary>The weight of a task's losses: the file's <c>loss_weights</c>, else that on NYU Depth v2 and PASCAL (architectures.md section 3.8).</summary>
    public static double Weight(GoldenFile file, TaskDescription task)
    {
        if (file.TryConfig("loss_weights", out var weights) && weights.ValueKind == System.Text.Json.JsonValueKind.Object && weights.TryGetProperty(task.MtiKey, out var weight) && weight.TryGetDouble(out var given))
        {
            return given;
        }

        return task.Kind switch
        {
            TaskKind.Normals => 10,
            TaskKind.Edges => 50,
            TaskKind.HumanParts => 2,
            TaskKind.Saliency => 5,
            _ => 1,
        };
    }

    /// <summary>Ground truth with our marks of invalid pixels: -1 for classes, 0 for depth and normals.</summary>
    public static Tensor Target(GoldenFile file, TaskDescription task, string name)
    {
        var target = file.Tensor(name);
        var ignored = file.Number("ignore_value") ?? Ignored;
        return task.Kind switch
        {
            // Of classes the reference keeps a channel axis, which some files may have too.
            TaskKind.Segmentation or TaskKind.HumanParts => (target.dim() == 4 ? target.squeeze(1) : target).to(int64).masked_fill(target.dim() == 4 ? target.squeeze(1).eq(HeldScalar.Of(ignored)) : target.eq(HeldScalar.Of(ignored)), HeldScalar.Of(TaskLosses.VoidLabel)),
            TaskKind.Depth or TaskKind.Normals => target.masked_fill(target.eq(HeldScalar.Of(ignored)), HeldScalar.Of(0)),
            _ => target.to(float32),
        };
    }
}
