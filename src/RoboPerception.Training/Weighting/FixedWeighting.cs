using System.Globalization;
using RoboPerception.Core;
using static TorchSharp.torch;

namespace RoboPerception.Training.Weighting;

/// <summary>A sum with constant factors.</summary>
internal sealed class FixedWeighting(IReadOnlyList<double> weights) : SummedWeighting
{
    /// <summary>How the text form begins: <c>fixed:1,2,2</c>.</summary>
    public const string Prefix = "fixed:";

    /// <summary>Reads the text form.</summary>
    /// <exception cref="UserErrorException">Not one positive number a task.</exception>
    public static FixedWeighting Parse(string text, int tasks)
    {
        ArgumentNullException.ThrowIfNull(text);
        var weights = new List<double>();
        foreach (var part in text[Prefix.Length..].Split(','))
        {
            if (!double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out var weight) || !(weight > 0) || !double.IsFinite(weight))
            {
                throw new UserErrorException(ExitCode.Usage, $"Weighting '{text}': '{part}' is not a number above 0.");
            }

            weights.Add(weight);
        }

        return weights.Count == tasks
            ? new FixedWeighting(weights)
            : throw new UserErrorException(ExitCode.Usage, $"Weighting '{text}' has {weights.Count} numbers for {tasks} tasks.");
    }

    /// <inheritdoc/>
    public override IReadOnlyList<double> Weights { get; } = weights;

    /// <inheritdoc/>
    public override Tensor Combine(IReadOnlyList<Tensor> losses) => Sum(losses, Weights);
}
