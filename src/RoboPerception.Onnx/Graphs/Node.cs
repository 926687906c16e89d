namespace RoboPerception.Onnx;

/// <summary>One operation of a graph.</summary>
/// <param name="Operator">Name in the default ONNX domain, e.g. <c>Conv</c>.</param>
/// <param name="Name">Unique name, a path such as <c>encoder.0/Conv</c>.</param>
/// <param name="Inputs">Names of the inputs; an empty name leaves an optional input out.</param>
/// <param name="Outputs">Names of the outputs.</param>
/// <param name="Attributes">Attributes: <see cref="long"/>, <see cref="float"/>, <see cref="string"/>, <c>long[]</c> or <c>float[]</c>.</param>
public sealed record Node(
    string Operator,
    string Name,
    IReadOnlyList<string> Inputs,
    IReadOnlyList<string> Outputs,
    IReadOnlyDictionary<string, object> Attributes)
{
    /// <summary>An attribute or its default.</summary>
    public T Attribute<T>(string name, T fallback) => Attributes.TryGetValue(name, out var value) ? (T)value : fallback;
}
