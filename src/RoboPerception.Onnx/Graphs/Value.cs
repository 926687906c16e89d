namespace RoboPerception.Onnx;

/// <summary>A tensor inside a graph that is being built.</summary>
/// <param name="Name">Name in the graph.</param>
/// <param name="Type">Element type and shape.</param>
internal sealed record Value(string Name, TensorType Type)
{
    /// <summary>Dimensions, outermost first.</summary>
    public IReadOnlyList<long> Shape => Type.Shape;
}
