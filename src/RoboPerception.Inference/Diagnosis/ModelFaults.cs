using RoboPerception.Onnx;

namespace RoboPerception.Inference;

/// <summary>What is known of a model's graph without running it, and how a provider's failure reads.</summary>
internal static class ModelFaults
{
    /// <summary>
    /// Patterns that a provider is known to compute wrongly, one line each with its number in the provider's tracker; empty for every file that
    /// <c>roboperception-train export</c> writes, as it refuses them.
    /// </summary>
    public static IReadOnlyList<string> Of(ModelFile model)
    {
        ArgumentNullException.ThrowIfNull(model);
        try
        {
            return [.. KnownFaults.In(OnnxFile.FromBytes(model.Content).Graph).Where(match => match.Fault.Severity == FaultSeverity.Refused).Select(match => match.Fault.Describe(match.Node))];
        }
        catch (FormatException error)
        {
            // Another exporter's file may use parts of ONNX that are not known here; the runtime reads it all the same.
            return [$"the graph cannot be looked through: {error.Message}"];
        }
    }

    /// <summary>Whether an exception is one of the ways in which ONNX Runtime says that a provider does not run something.</summary>
    public static bool IsProviderFailure(Exception exception) => NativeFailure.Is(exception);

    /// <summary>Its reason on one line.</summary>
    public static string Reason(Exception exception) => NativeFailure.Reason(exception);
}
