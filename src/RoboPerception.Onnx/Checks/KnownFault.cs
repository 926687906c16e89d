namespace RoboPerception.Onnx;

/// <summary>What is done about a pattern that a provider is known to compute wrongly or not at all.</summary>
internal enum FaultSeverity
{
    /// <summary>A provider gives wrong predictions without a word, or TensorRT does not run it: no file may hold it.</summary>
    Refused,

    /// <summary>A provider leaves it to another one, or was wrong in versions that are not ours any more: worth knowing.</summary>
    Told,
}

/// <summary>A pattern of nodes that an execution provider is known to get wrong.</summary>
/// <param name="Name">Short name, e.g. <c>asymmetric-conv-pads</c>.</param>
/// <param name="Severity">What is done about it.</param>
/// <param name="Source">Tracker and number, e.g. <c>onnxruntime#26215</c>.</param>
/// <param name="Reason">Who gets it wrong and how, in half a sentence.</param>
/// <param name="Remedy">What to write instead.</param>
/// <param name="Matches">Whether a node of a graph shows it.</param>
internal sealed record KnownFault(string Name, FaultSeverity Severity, string Source, string Reason, string Remedy, Func<GraphView, Node, bool> Matches)
{
    /// <summary>The line for a person.</summary>
    public string Describe(Node node)
    {
        ArgumentNullException.ThrowIfNull(node);
        return $"node '{node.Name}' ({node.Operator}): {Name}: {Reason} ({Source}); {Remedy}";
    }
}
