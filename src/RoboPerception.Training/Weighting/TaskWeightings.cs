using System.Globalization;
using RoboPerception.Core;
using RoboPerception.Training.Networks;

namespace RoboPerception.Training.Weighting;

/// <summary>The weightings by the name used on the command line.</summary>
internal static class TaskWeightings
{
    /// <summary>Every name; the number after a colon is optional.</summary>
    public static IReadOnlyList<string> Names { get; } =
        ["equal", "fixed:a,b,...", "uncertainty", "dwa:2", "gradnorm:1.5", "dtp:1", "rlw", "pcgrad", "cagrad:0.5", "imtl", "famo", "nash", "aligned"];

    /// <summary>Makes a weighting for a network.</summary>
    /// <param name="text">One of <see cref="Names"/>.</param>
    /// <param name="network">The network that is trained.</param>
    /// <param name="learningRate">Base rate of the run, for schemes that learn numbers of their own.</param>
    /// <param name="seed">Seed of the run, for schemes that draw.</param>
    /// <exception cref="UserErrorException">An unknown name, or a network that the scheme cannot work on.</exception>
    public static ITaskWeighting Create(string text, PerceptionNetwork network, double learningRate = 1e-4, int seed = 1)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(network);
        var tasks = network.SupervisedTasks.Count;
        if (text.StartsWith(FixedWeighting.Prefix, StringComparison.Ordinal))
        {
            return FixedWeighting.Parse(text, tasks);
        }

        var parts = text.Split(':', 2);
        var weighting = Named(parts[0], network, learningRate, seed, otherwise => Number(text, parts, otherwise))
            ?? throw new UserErrorException(ExitCode.Usage, $"Weighting '{text}' is unknown; choose one of {string.Join(", ", Names)}.");
        return tasks > 1 || parts[0] is "equal"
            ? weighting
            : throw new UserErrorException(ExitCode.Usage, $"Weighting '{text}' needs a multi-task network; '{network.Spec.Family}' has one task.");
    }

    private static ITaskWeighting? Named(string name, PerceptionNetwork network, double learningRate, int seed, Func<double, double> number)
    {
        var tasks = network.SupervisedTasks.Count;
        return name switch
        {
            "equal" => new EqualWeighting(tasks),
            "uncertainty" => network.LogVariances is { } logVariances && logVariances.numel() == tasks ? new UncertaintyWeighting(logVariances) : new LearntUncertainty(tasks, learningRate),
            "dwa" => new DynamicWeightAverage(tasks, number(DynamicWeightAverage.PaperTemperature)),
            "gradnorm" => new GradNorm(network, learningRate, number(1.5)),
            "dtp" when tasks != network.Tasks.Count => throw new UserErrorException(
                ExitCode.Usage, $"Weighting 'dtp' looks at predictions, and '{network.Spec.Family}' has tasks without one in this run (auxiliary tasks)."),
            "dtp" => new TaskPrioritisation(tasks, number(1)),
            "rlw" => new RandomWeighting(tasks, seed),
            "pcgrad" => new PcGrad(network, seed),
            "cagrad" => new CaGrad(network, number(0.5)),
            "imtl" => new Imtl(network, learningRate),
            "famo" => new Famo(tasks),
            "nash" => new NashMtl(network),
            "aligned" => new AlignedMtl(network),
            _ => null,
        };
    }

    private static double Number(string text, string[] parts, double otherwise) =>
        parts.Length == 1 ? otherwise
        : double.TryParse(parts[1], NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value > 0 && double.IsFinite(value) ? value
        : throw new UserErrorException(ExitCode.Usage, $"Weighting '{text}': '{parts[1]}' is not a number above 0.");
}
