using RoboPerception.Core;
using RoboPerception.Training.Networks;
using static TorchSharp.torch;

namespace RoboPerception.Training.Weighting;

/// <summary>Turns the losses of the tasks into the one number that is minimised.</summary>
public interface ITaskWeighting
{
    /// <summary>The weighted sum of the losses, a scalar tensor. May be called once per step.</summary>
    Tensor Combine(IReadOnlyList<Tensor> losses);

    /// <summary>Told the mean unweighted loss of every task after each epoch.</summary>
    void EndEpoch(IReadOnlyList<double> meanLosses);
}

/// <summary>The weightings by the name used on the command line.</summary>
public static class TaskWeightings
{
    /// <summary>Every name.</summary>
    public static IReadOnlyList<string> Names { get; } = ["equal", "fixed:a,b,...", "uncertainty", "dwa"];

    /// <summary>Makes a weighting for a network.</summary>
    /// <exception cref="UserErrorException">An unknown name, or a network without the parameters it needs.</exception>
    public static ITaskWeighting Create(string name, PerceptionNetwork network)
    {
        ArgumentNullException.ThrowIfNull(network);
        return name switch
        {
            "equal" => new EqualWeighting(),
            "uncertainty" => new UncertaintyWeighting(network.LogVariances
                ?? throw new UserErrorException(ExitCode.Usage, $"Weighting 'uncertainty' needs a multi-task network; '{network.Spec.Family}' with one task has no log-variances.")),
            "dwa" => new DynamicWeightAverage(network.SupervisedTasks.Count),
            _ when name.StartsWith(FixedWeighting.Prefix, StringComparison.Ordinal) => FixedWeighting.Parse(name, network.SupervisedTasks.Count),
            _ => throw new UserErrorException(ExitCode.Usage, $"Weighting '{name}' is unknown; choose one of {string.Join(", ", Names)}."),
        };
    }
}
