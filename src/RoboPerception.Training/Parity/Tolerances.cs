namespace RoboPerception.Training.Parity;

/// <summary>
/// What an implementation in float32 may deviate by (README of the reference files, section 4). Where a file says of itself that rounding alone moves its values
/// about as far (<c>noise_deviation_*</c>), a multiple of that is allowed; gradients of heads, which are close to the loss, stay at what is recommended.
/// </summary>
internal sealed class Tolerances(GoldenFile file)
{
    public const double Output = 2e-4, Loss = 2e-5, RunningStatistics = 1e-4;
    private const double RecommendedTrainOutput = 3e-4, RecommendedGradient = 2e-3;

    public double TrainOutput { get; } = Conditioned(file, "noise_deviation_train_output", RecommendedTrainOutput, 5);

    private double TrunkGradient { get; } = Conditioned(file, "noise_deviation_grad_rel_l2", RecommendedGradient, 20);

    public double Gradient(string key) => key.StartsWith("decoder", StringComparison.Ordinal) || key.StartsWith("head", StringComparison.Ordinal) || key.StartsWith("pred_task", StringComparison.Ordinal)
        ? RecommendedGradient
        : TrunkGradient;

    private static double Conditioned(GoldenFile file, string key, double recommended, double factor) =>
        file.Number(key) is { } noise && noise > recommended / 2 && noise < recommended * 10 ? Math.Max(recommended, factor * noise) : recommended;
}
