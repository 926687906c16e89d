using System.Globalization;
using RoboPerception.Core;
using RoboPerception.Training.Data;
using RoboPerception.Training.Tasks;

namespace RoboPerception.Training.Optimisation;

/// <summary>The tasks of a recipe in text form.</summary>
internal static class TaskList
{
    private const string Segmentation = "seg", Rooms = "rooms";

    private static readonly Dictionary<string, TaskDescription> Others = new(StringComparer.Ordinal)
    {
        ["depth"] = TaskDescription.Depth,
        ["logdepth"] = TaskDescription.LogDepth,
        ["depth-berhu"] = TaskDescription.Depth with { DepthLoss = DepthLossKind.InverseHuber },
        ["depth-silog"] = TaskDescription.LogDepth with { DepthLoss = DepthLossKind.ScaleInvariant },
        ["normal"] = TaskDescription.Normals,
        ["normal-chord"] = TaskDescription.Normals with { NormalsLoss = NormalsLossKind.Chord },
        ["edge"] = TaskDescription.Edges,
        ["sal"] = TaskDescription.Saliency,
        ["human_parts"] = TaskDescription.HumanParts,
    };

    /// <summary>
    /// The tasks of a list such as <c>seg,depth,normal</c> or <c>seg7,depth</c> (<c>seg</c> = 13 classes); null = all three of NYU Depth v2.
    /// </summary>
    /// <exception cref="UserErrorException">An unknown key, or one twice.</exception>
    public static IReadOnlyList<TaskDescription> Parse(string? keys)
    {
        if (keys is null)
        {
            return TaskDescription.NyuThree;
        }

        TaskDescription[] tasks = [.. keys.Split(',').Select(One)];
        return tasks.DistinctBy(task => task.Key).Count() == tasks.Length
            ? tasks
            : throw new UserErrorException(ExitCode.Usage, $"The task list '{keys}' names a task twice.");
    }

    /// <summary>The same text, if it can be parsed.</summary>
    /// <exception cref="UserErrorException">An unknown key, or one twice.</exception>
    public static string Check(string keys)
    {
        Parse(keys);
        return keys;
    }

    /// <summary>The text of a data set's tasks; null = all three of NYU Depth v2.</summary>
    /// <exception cref="UserErrorException">It has none.</exception>
    public static string? Format(IReadOnlyList<TaskDescription> tasks)
    {
        if (tasks.Count == 0)
        {
            throw new UserErrorException(ExitCode.Usage, "The data have classes of whole images only; training needs labels for their pixels.");
        }

        var keys = Names(tasks);
        return keys == Names(TaskDescription.NyuThree) ? null : keys;
    }

    /// <summary>The tasks by what they predict, whatever they are trained with, such as <c>seg40,logdepth,normal</c>.</summary>
    public static string Names(IReadOnlyList<TaskDescription> tasks) => string.Join(',', tasks.Select(task => task switch
    {
        { Kind: TaskKind.Segmentation } when RoomClasses.Has(task.Classes) => string.Create(CultureInfo.InvariantCulture, $"{Rooms}{task.Channels}"),
        { Kind: TaskKind.Segmentation } when task.Channels != ClassMap.Nyu13.Count => string.Create(CultureInfo.InvariantCulture, $"{task.Key}{task.Channels}"),
        { Kind: TaskKind.Depth, Logarithmic: true } => "logdepth",
        _ => task.Key,
    }));

    private static TaskDescription One(string key)
    {
        if (key == Segmentation)
        {
            return TaskDescription.NyuThree[0];
        }

        if (key.StartsWith(Segmentation, StringComparison.Ordinal) && int.TryParse(key[Segmentation.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var classes))
        {
            return TaskDescription.Segmentation(TaskClasses.Of(classes));
        }

        if (key.StartsWith(Rooms, StringComparison.Ordinal) && int.TryParse(key[Rooms.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var ofRooms))
        {
            return TaskDescription.Segmentation(RoomClasses.Of(ofRooms));
        }

        return Others.TryGetValue(key, out var task)
            ? task
            : throw new UserErrorException(ExitCode.Usage, $"Task '{key}' is unknown; choose from seg2, seg7, seg13, seg19, seg21, seg40, rooms2, rooms7, rooms19, {string.Join(", ", Others.Keys)}.");
    }
}
