using System.Globalization;
using RoboPerception.Core;
using RoboPerception.Training.Tasks;

namespace RoboPerception.Training.Optimisation;

/// <summary>The tasks of a recipe in text form.</summary>
internal static class TaskList
{
    private static readonly TaskDescription[] Single =
        [.. TaskDescription.NyuThree, TaskDescription.Edges, TaskDescription.Saliency, TaskDescription.HumanParts];

    /// <summary>The tasks of a list of keys such as <c>seg,depth,normal</c> or <c>seg21,edge,sal,human_parts</c>; null = the three of NYU Depth v2. <c>seg</c> alone has 13 classes.</summary>
    /// <exception cref="UserErrorException">An unknown key, or one twice.</exception>
    public static IReadOnlyList<TaskDescription> Parse(string? keys)
    {
        if (keys is null)
        {
            return TaskDescription.NyuThree;
        }

        TaskDescription[] tasks = [.. keys.Split(',').Select(Find)];
        return tasks.DistinctBy(task => task.Key).Count() == tasks.Length
            ? tasks
            : throw new UserErrorException(ExitCode.Usage, $"The task list '{keys}' names a task twice.");
    }

    /// <summary>The list of keys of some tasks; null = the three of NYU Depth v2.</summary>
    public static string? Format(IReadOnlyList<TaskDescription> tasks)
    {
        var keys = string.Join(',', tasks.Select(task => task.Kind == TaskKind.Segmentation && task.Channels != ClassMap.Nyu13.Count ? $"{task.Key}{task.Channels}" : task.Key));
        return keys == string.Join(',', TaskDescription.NyuThree.Select(task => task.Key)) ? null : keys;
    }

    private static TaskDescription Find(string key)
    {
        const string segmentation = "seg";
        return Single.FirstOrDefault(task => task.Key == key)
            ?? (key.StartsWith(segmentation, StringComparison.Ordinal) && int.TryParse(key.AsSpan(segmentation.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var classes)
                ? TaskDescription.Segmentation(TaskClasses.Of(classes))
                : throw new UserErrorException(ExitCode.Usage, $"Task '{key}' is unknown; choose from {string.Join(", ", Single.Select(task => task.Key))}, or seg with a number of classes such as seg40."));
    }
}
