using RoboPerception.Core;
using RoboPerception.Training.Tasks;

namespace RoboPerception.Training.Networks.Pyramid;

/// <summary>The tasks that are predicted on the way: the main ones and, by option <c>aux</c>, others that only help them.</summary>
internal static class AuxiliaryTasks
{
    public const string Option = "aux";

    private static readonly TaskDescription[] Known = [TaskDescription.Depth, TaskDescription.Normals, TaskDescription.Edges, TaskDescription.Saliency, TaskDescription.HumanParts];

    /// <summary>
    /// All tasks on the way. <c>aux=edge,normal</c> adds tasks behind the main ones; a list that names main tasks too gives their order, which
    /// decides the order of channels in feature propagation.
    /// </summary>
    /// <param name="spec">Holds the option.</param>
    /// <param name="main">The main tasks.</param>
    /// <param name="adapt">Gives a task the losses and activations that the network's options ask for, as the main tasks have them.</param>
    /// <exception cref="UserErrorException">An unknown task.</exception>
    public static IReadOnlyList<TaskDescription> Of(NetworkSpec spec, IReadOnlyList<TaskDescription> main, Func<TaskDescription, TaskDescription> adapt)
    {
        var named = spec.Options.GetValueOrDefault(Option, "").Split(',', StringSplitOptions.RemoveEmptyEntries)
            .Select(name => Find(main, name) ?? Find(Known.Select(adapt), name)
                ?? throw new UserErrorException(ExitCode.Usage, $"Network option {Option}: '{name}' is no task that can help; choose of {string.Join(", ", Known.Select(task => task.Key))}."))
            .ToArray();
        return [.. main.Where(task => !named.Contains(task)), .. named];
    }

    private static TaskDescription? Find(IEnumerable<TaskDescription> tasks, string name) => tasks.FirstOrDefault(task => task.Key == name || task.MtiKey == name);
}
