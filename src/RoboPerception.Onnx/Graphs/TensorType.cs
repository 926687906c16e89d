namespace RoboPerception.Onnx;

/// <summary>Element type and shape of a tensor. Shapes are fixed: TensorRT builds one engine.</summary>
internal sealed class TensorType : IEquatable<TensorType>
{
    /// <summary>A type with the given dimensions, outermost first.</summary>
    public TensorType(ElementType element, params ReadOnlySpan<long> shape)
    {
        Element = element;
        Shape = shape.ToArray();
    }

    /// <summary>Type of the elements.</summary>
    public ElementType Element { get; }

    /// <summary>Dimensions, outermost first; empty for a scalar.</summary>
    public IReadOnlyList<long> Shape { get; }

    /// <summary>How many dimensions there are.</summary>
    public int Rank => Shape.Count;

    /// <summary>How many elements there are.</summary>
    public long ElementCount => Shape.Aggregate(1L, (product, dimension) => checked(product * dimension));

    /// <inheritdoc/>
    public bool Equals(TensorType? other) => other is not null && Element == other.Element && Shape.SequenceEqual(other.Shape);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as TensorType);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Element, Shape.Count, ElementCount);

    /// <summary>E.g. <c>Float[1,3,288,384]</c>.</summary>
    public override string ToString() => $"{Element}[{string.Join(',', Shape)}]";
}
