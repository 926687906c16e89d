using System.Text.Json.Serialization;

namespace RoboPerception.Training.Optimisation;

/// <summary>JSON of states and log lines, generated at build time.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(TrainingState))]
[JsonSerializable(typeof(TrainingOptions))]
[JsonSerializable(typeof(EpochLog))]
[JsonSerializable(typeof(DecathlonState))]
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(Dictionary<string, double>))]
internal sealed partial class TrainingJson : JsonSerializerContext;

/// <summary>One line of <c>log.jsonl</c>: an epoch.</summary>
internal sealed record EpochLog(
    int Epoch,
    long Step,
    double ElapsedSeconds,
    double LearningRate,
    IReadOnlyDictionary<string, double> Losses,
    IReadOnlyDictionary<string, double> Metrics,
    double? Score)
{
    /// <summary>Factor of every task at the last step of the epoch.</summary>
    public IReadOnlyDictionary<string, double> Weights { get; init; } = new Dictionary<string, double>();

    /// <summary>Mean unweighted loss of every task on the validation images; empty where the epoch was not validated.</summary>
    public IReadOnlyDictionary<string, double> ValidationLosses { get; init; } = new Dictionary<string, double>();

    /// <summary>Cosine of the gradients of every two tasks, such as <c>seg-depth</c>, see <see cref="GradientConflict"/>; empty where it was not measured.</summary>
    public IReadOnlyDictionary<string, double> Conflicts { get; init; } = new Dictionary<string, double>();

    /// <summary>Multi-task gain over the baseline of the recipe, as a fraction; null without one.</summary>
    public double? Gain { get; init; }
}
