using System.Text.Json;
using RoboPerception.Core;
using RoboPerception.Training.Tasks;

namespace RoboPerception.Training.Parity;

/// <summary>The tasks of a file, in the order in which its network has them.</summary>
internal static class GoldenTasks
{
    // In the order of MTAN's repository, whose heads have numbers.
    private static readonly string[] MtanNames = ["seg", "depth", "normal"];
    private static readonly string[] MtiNames = ["semseg", "depth", "normals", "edge", "sal", "human_parts"];

    /// <summary>Whether the file follows MTI-Net's repository (raw outputs, 255 for invalid pixels) and not MTAN's.</summary>
    public static bool IsMti(GoldenFile file)
    {
        var names = Names(file);
        return names.Any(name => MtiNames.Contains(name) && !MtanNames.Contains(name))
            || (!names.Any(name => MtanNames.Contains(name) && !MtiNames.Contains(name)) && file.TryConfig("family", out var family) && family.ToString() == "mtlpt");
    }

    /// <summary>The tasks: as the configuration names them, else those with values.</summary>
    /// <exception cref="UserErrorException">None, one that is not here, or one whose channels nothing tells.</exception>
    public static TaskDescription[] Of(GoldenFile file)
    {
        var mti = IsMti(file);
        string[] names = Names(file);
        return names.Length > 0
            ? [.. names.Select((name, k) => mti ? MtiReference.Named(name, Channels(file, name, k)) with { EdgeWeight = MtiReference.EdgeWeight(file) } : Mtan(file, name, k))]
            : throw new UserErrorException(ExitCode.Usage, $"'{file.Path}' names no task, neither in its configuration ('tasks') nor by an output.");
    }

    /// <summary>Names of the tasks that the file predicts on the way: as the configuration has them, else those beside the main ones that have parameters.</summary>
    public static string[] Auxiliary(GoldenFile file) => file.List("aux_tasks") is { Length: > 0 } named
        ? named
        : [.. MtiNames.Except(Names(file)).Where(name => file.HasPart($"scale_0.decoders.{name}.") || file.HasPart($"initial_task_prediction_heads.conv_out.{name}."))];

    // Where the configuration names none: the heads, which the one repository numbers and the other names, then what there are values of.
    private static string[] Names(GoldenFile file)
    {
        if (file.List("tasks") is { Length: > 0 } named)
        {
            return named;
        }

        string[] numbered = [.. MtanNames.Where((_, k) => file.HasPart($"pred_task{k + 1}.") || file.HasPart($"decoders.{k}."))];
        string[] headed = [.. MtiNames.Where(name => file.HasPart($"heads.{name}.") || file.HasPart($"decoders.{name}."))];
        return numbered.Length > 0 ? numbered
            : headed.Length > 0 ? headed
            : [.. MtanNames.Concat(MtiNames).Distinct().Where(name => file.Has("output/" + name) || file.Has("train_output/" + name))];
    }

    private static TaskDescription Mtan(GoldenFile file, string name, int place) => name switch
    {
        "seg" => MtiReference.Named("semseg", Channels(file, name, place)),
        "depth" => TaskDescription.Depth,
        "normal" => TaskDescription.Normals,
        _ => throw new UserErrorException(ExitCode.Usage, $"'{file.Path}' names a task '{name}', which this program does not have."),
    };

    private static int Channels(GoldenFile file, string name, int place)
    {
        // The last layer of the head, by the names of the reference networks.
        string[] layers = [$"pred_task{place + 1}.1.weight", "pred_task.1.weight", $"decoders.{place}.4.weight", $"decoders.{name}.4.weight", $"heads.{name}.4.weight", "decoder.4.weight",
            $"heads.{name}.last_layer.3.weight", $"decoders.{name}.last_layer.3.weight", "decoder.last_layer.3.weight", $"heads.{name}.2.weight", $"heads.{name}.predict.weight"];
        if (layers.Select(file.Channels).FirstOrDefault(count => count is not null) is { } channels)
        {
            return (int)channels;
        }

        foreach (var stored in new[] { "output/" + name, "train_output/" + name }.Where(file.Has))
        {
            return (int)file.Shape(stored)[1];
        }

        return file.TryConfig("num_output", out var numbers) && numbers.ValueKind == JsonValueKind.Object && numbers.TryGetProperty(name, out var number) && number.TryGetInt32(out var count) ? count
            : file.Number("classes") is { } classes && name is "seg" or "semseg" ? (int)file.Number("classes")!
            : MtiReference.Defaults(name) ?? throw new UserErrorException(ExitCode.Usage, $"Nothing in '{file.Path}' tells how many channels task '{name}' has.");
    }
}
