using System.Text.Json.Serialization;

namespace RoboPerception.Training.Optimisation;

/// <summary>JSON of states and log lines, generated at build time.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(TrainingState))]
[JsonSerializable(typeof(EpochLog))]
internal sealed partial class TrainingJson : JsonSerializerContext;

/// <summary>One line of <c>log.jsonl</c>: an epoch.</summary>
public sealed record EpochLog(
    int Epoch,
    long Step,
    double ElapsedSeconds,
    double LearningRate,
    IReadOnlyDictionary<string, double> Losses,
    IReadOnlyDictionary<string, double> Metrics,
    double? Score);
