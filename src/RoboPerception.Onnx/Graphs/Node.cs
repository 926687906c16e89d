namespace RoboPerception.Onnx;

/// <summary>One operation of a graph.</summary>
/// <param name="Operator">Name in the default ONNX domain, e.g. <c>Conv</c>.</param>
/// <param name="Name">Unique name, a path such as <c>encoder.0/Conv</c>.</param>
/// <param name="Inputs">Names of the inputs; an empty name leaves an optional input out.</param>
/// <param name="Outputs">Names of the outputs.</param>
/// <param name="Attributes">Attributes: <see cref="long"/>, <see cref="float"/>, <see cref="string"/>, <c>long[]</c> or <c>float[]</c>.</param>
internal sealed record Node(
    string Operator,
    string Name,
    IReadOnlyList<string> Inputs,
    IReadOnlyList<string> Outputs,
    IReadOnlyDictionary<string, object> Attributes)
{
    /// <summary>An attribute or its default.</summary>
    /// <exception cref="FormatException">The attribute has another type.</exception>
    public T Attribute<T>(string name, T fallback) => !Attributes.TryGetValue(name, out var value) ? fallback
        : value is T typed ? typed
        : throw new FormatException($"node '{Name}' ({Operator}): attribute '{name}' is {value.GetType().Name}, not {typeof(T).Name}");
}
