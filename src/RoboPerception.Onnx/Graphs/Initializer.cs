using System.Runtime.InteropServices;

namespace RoboPerception.Onnx;

/// <summary>A constant of a graph: weights, or the shapes and axes some operators take as inputs.</summary>
internal sealed class Initializer
{
    /// <summary>Takes little-endian data in C order.</summary>
    /// <exception cref="ArgumentException">The number of bytes does not fit the type.</exception>
    public Initializer(string name, TensorType type, byte[] data)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(type);
        ArgumentNullException.ThrowIfNull(data);
        var expected = type.ElementCount * type.Element.ByteSize();
        if (data.LongLength != expected)
        {
            throw new ArgumentException($"Constant '{name}' of type {type} takes {expected} bytes, not {data.LongLength}.", nameof(data));
        }

        Name = name;
        Type = type;
        Data = data;
    }

    /// <summary>Name that nodes use as an input.</summary>
    public string Name { get; }

    /// <summary>Type of the constant.</summary>
    public TensorType Type { get; }

    /// <summary>Elements, little-endian, C order.</summary>
    public byte[] Data { get; }

    /// <summary>A float32 constant.</summary>
    public static Initializer Floats(string name, ReadOnlySpan<float> values, params ReadOnlySpan<long> shape) =>
        new(name, new TensorType(ElementType.Float, shape), MemoryMarshal.AsBytes(values).ToArray());

    /// <summary>An int64 constant.</summary>
    public static Initializer Integers(string name, ReadOnlySpan<long> values, params ReadOnlySpan<long> shape) =>
        new(name, new TensorType(ElementType.Int64, shape), MemoryMarshal.AsBytes(values).ToArray());

    /// <summary>The elements of a float32 constant.</summary>
    /// <exception cref="InvalidOperationException">The constant holds something else.</exception>
    public float[] ToFloats() => Type.Element == ElementType.Float
        ? MemoryMarshal.Cast<byte, float>(Data).ToArray()
        : throw new InvalidOperationException($"Constant '{Name}' holds {Type.Element}, not Float.");

    /// <summary>The elements of an int64 constant.</summary>
    /// <exception cref="InvalidOperationException">The constant holds something else.</exception>
    public long[] ToIntegers() => Type.Element == ElementType.Int64
        ? MemoryMarshal.Cast<byte, long>(Data).ToArray()
        : throw new InvalidOperationException($"Constant '{Name}' holds {Type.Element}, not Int64.");
}
