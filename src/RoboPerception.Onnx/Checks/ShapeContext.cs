namespace RoboPerception.Onnx;

/// <summary>What shape inference of one node may look at.</summary>
/// <param name="node">The node.</param>
/// <param name="types">Types of its inputs; null for an optional input that is left out.</param>
/// <param name="constant">Finds a constant by name.</param>
internal sealed class ShapeContext(Node node, IReadOnlyList<TensorType?> types, Func<string, Initializer?> constant)
{
    public Node Node => node;

    public int InputCount => types.Count;

    public bool Has(int index) => index < types.Count && types[index] is not null;

    /// <summary>The type of a required input.</summary>
    public TensorType Input(int index) => Has(index) ? types[index]! : throw Wrong($"input {index} is missing");

    /// <summary>The values of an input that has to be a constant of 64-bit integers.</summary>
    public long[] Integers(int index) =>
        constant(node.Inputs[index]) is { Type.Element: ElementType.Int64 } value ? value.ToIntegers() : throw Wrong($"input {index} must be a constant of int64");

    /// <summary>The values of an input that has to be a constant of floats.</summary>
    public float[] Floats(int index) =>
        constant(node.Inputs[index]) is { Type.Element: ElementType.Float } value ? value.ToFloats() : throw Wrong($"input {index} must be a constant of float");

    /// <summary>An axis attribute or number as a place from 0.</summary>
    public int Axis(long axis, int rank) => axis >= -rank && axis < rank ? (int)(axis < 0 ? axis + rank : axis) : throw Wrong($"axis {axis} is outside rank {rank}");

    public void Require(bool condition, string what)
    {
        if (!condition)
        {
            throw Wrong(what);
        }
    }

    public FormatException Wrong(string what) => new($"node '{node.Name}' ({node.Operator}): {what}");
}
