using RoboPerception.Core;

namespace RoboPerception.Training.Optimisation;

/// <summary>Learning rate as a factor of the base rate.</summary>
internal static class LearningRateSchedule
{
    // One-cycle: warm up over a fraction of the run from a small rate, then cosine to almost nothing.
    private const double WarmUpShare = 0.15, StartFactor = 1.0 / 25, EndFactor = 1e-3;

    // The MTAN paper's code: halved every 100 epochs; its text: halved once, half way ("halved"). MTI-Net's: a falling power of the run that is left.
    private const int StepEpochs = 100;
    private const double PolyPower = 0.9;

    /// <summary>Every name.</summary>
    public static IReadOnlyList<string> Names { get; } = ["constant", "step", "halved", "poly", "cosine", "one-cycle"];

    /// <summary>The factor at a moment of the run.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="progress">Share of the run that is done, 0..1.</param>
    /// <param name="epoch">Epochs finished; used by <c>step</c>.</param>
    /// <exception cref="UserErrorException">An unknown name.</exception>
    public static double Factor(string name, double progress, int epoch) => name switch
    {
        "constant" => 1,
        "step" => Math.Pow(0.5, epoch / StepEpochs),
        "halved" => progress < 0.5 ? 1 : 0.5,
        "poly" => Math.Pow(1 - Math.Clamp(progress, 0, 1), PolyPower),
        "cosine" => Cosine(1, 0, progress),
        "one-cycle" => progress < WarmUpShare
            ? Cosine(StartFactor, 1, progress / WarmUpShare)
            : Cosine(1, EndFactor, (progress - WarmUpShare) / (1 - WarmUpShare)),
        _ => throw new UserErrorException(ExitCode.Usage, $"Schedule '{name}' is unknown; choose one of {string.Join(", ", Names)}."),
    };

    /// <summary>A factor on top of the schedule's that rises evenly over the first steps and is 1 from then on.</summary>
    /// <param name="step">Steps done.</param>
    /// <param name="steps">Steps of the rise; 0 = none.</param>
    public static double WarmUp(long step, int steps) => step < steps ? (step + 1.0) / steps : 1;

    private static double Cosine(double from, double to, double progress) =>
        to + ((from - to) * (1 + Math.Cos(Math.PI * Math.Clamp(progress, 0, 1))) / 2);
}
