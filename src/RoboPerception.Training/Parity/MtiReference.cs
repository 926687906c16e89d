using System.Text.Json;
using RoboPerception.Core;
using RoboPerception.Training.Tasks;
using static TorchSharp.torch;

namespace RoboPerception.Training.Parity;

/// <summary>The conventions of MTI-Net's repository in ours: names of tasks, and 255 for pixels without truth.</summary>
internal static class MtiReference
{
    private const float Ignored = 255;

    /// <summary>Every task that such a file may hold.</summary>
    public static IReadOnlyList<TaskDescription> AllTasks(GoldenFile file) =>
        [Named("semseg", Classes(file)), Named("depth", 1), Named("normals", 3), Named("edge", 1), Named("sal", 1), Named("human_parts", TaskClasses.HumanParts.Count)];

    /// <summary>The task of a name, with as many channels as the file says.</summary>
    public static TaskDescription Named(string name, int channels) => name switch
    {
        "semseg" => TaskDescription.Segmentation(new ClassMap(Enumerable.Range(0, channels).Select(id => new ClassInfo(id, $"class {id}", 0, 0, 0)))),
        "depth" => TaskDescription.Depth,
        "normals" => TaskDescription.Normals with { NormalsLoss = NormalsLossKind.Absolute },
        "edge" => TaskDescription.Edges,
        "sal" => TaskDescription.Saliency,
        "human_parts" => TaskDescription.HumanParts,
        _ => throw new UserErrorException(ExitCode.Usage, $"The file names a task '{name}', which this program does not have."),
    };

    /// <summary>The weight of a task's losses on NYU Depth v2 and PASCAL (architectures.md section 3.8).</summary>
    public static double Weight(TaskDescription task) => task.Kind switch
    {
        TaskKind.Normals => 10,
        TaskKind.Edges => 50,
        TaskKind.HumanParts => 2,
        TaskKind.Saliency => 5,
        _ => 1,
    };

    /// <summary>Truth with our marks of invalid pixels: -1 for classes, 0 for depth and normals.</summary>
    public static Tensor Target(TaskDescription task, Tensor target) => task.Kind switch
    {
        TaskKind.Segmentation or TaskKind.HumanParts => target.masked_fill(target.eq(Ignored), TaskLosses.VoidLabel),
        TaskKind.Depth or TaskKind.Normals => target.masked_fill(target.eq(Ignored), 0),
        _ => target,
    };

    private static int Classes(GoldenFile file)
    {
        using var config = JsonDocument.Parse(file.Metadata["config"]);
        return config.RootElement.GetProperty("classes").GetInt32();
    }
}
