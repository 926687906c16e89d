using RoboPerception.Core;
using RoboPerception.Training.Tasks;

namespace RoboPerception.Training.Optimisation;

/// <summary>The tasks of a recipe in text form.</summary>
internal static class TaskList
{
    /// <summary>The tasks of a list of keys such as <c>seg,depth,normal</c>; null = all three of NYU Depth v2.</summary>
    /// <exception cref="UserErrorException">An unknown key, or none.</exception>
    public static IReadOnlyList<TaskDescription> Parse(string? keys)
    {
        if (keys is null)
        {
            return TaskDescription.NyuThree;
        }

        var tasks = keys.Split(',').Select(key => TaskDescription.NyuThree.FirstOrDefault(task => task.Key == key)
            ?? throw new UserErrorException(ExitCode.Usage, $"Task '{key}' is unknown; choose from {string.Join(", ", TaskDescription.NyuThree.Select(task => task.Key))}.")).ToArray();
        return tasks.Distinct().Count() == tasks.Length
            ? tasks
            : throw new UserErrorException(ExitCode.Usage, $"The task list '{keys}' names a task twice.");
    }
}
