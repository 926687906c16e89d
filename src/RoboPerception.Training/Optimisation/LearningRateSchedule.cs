using RoboPerception.Core;

namespace RoboPerception.Training.Optimisation;

/// <summary>Learning rate as a factor of the base rate.</summary>
public static class LearningRateSchedule
{
    // One-cycle: warm up over a fraction of the run from a small rate, then cosine to almost nothing.
    private const double WarmUp = 0.15, StartFactor = 1.0 / 25, EndFactor = 1e-3;

    // The paper's: halved every 100 epochs.
    private const int StepEpochs = 100;

    /// <summary>Every name.</summary>
    public static IReadOnlyList<string> Names { get; } = ["constant", "step", "cosine", "one-cycle"];

    /// <summary>The factor at a moment of the run.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="progress">Share of the run that is done, 0..1.</param>
    /// <param name="epoch">Epochs finished; used by <c>step</c>.</param>
    /// <exception cref="UserErrorException">An unknown name.</exception>
    public static double Factor(string name, double progress, int epoch) => name switch
    {
        "constant" => 1,
        "step" => Math.Pow(0.5, epoch / StepEpochs),
        "cosine" => Cosine(1, 0, progress),
        "one-cycle" => progress < WarmUp
            ? Cosine(StartFactor, 1, progress / WarmUp)
            : Cosine(1, EndFactor, (progress - WarmUp) / (1 - WarmUp)),
        _ => throw new UserErrorException(ExitCode.Usage, $"Schedule '{name}' is unknown; choose one of {string.Join(", ", Names)}."),
    };

    private static double Cosine(double from, double to, double progress) =>
        to + ((from - to) * (1 + Math.Cos(Math.PI * Math.Clamp(progress, 0, 1))) / 2);
}
