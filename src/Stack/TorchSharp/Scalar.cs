using System.Numerics;
using TorchSharp.Native;

namespace TorchSharp;

/// <summary>A number that keeps its element type; made by implicit conversion.</summary>
public sealed class Scalar : IDisposable
{
    private readonly double _real;
    private readonly double _imaginary;
    private readonly long _integer;

    private Scalar(torch.ScalarType type, double real, long integer, double imaginary = 0)
    {
        Type = type;
        _real = real;
        _integer = integer;
        _imaginary = imaginary;
    }

    public torch.ScalarType Type { get; }

    internal double Real => _real;

    internal long Integer => _integer;

    internal Complex Complex => new(_real, _imaginary);

    public static implicit operator Scalar(byte value) => new(torch.ScalarType.Byte, value, value);

    public static implicit operator Scalar(sbyte value) => new(torch.ScalarType.Int8, value, value);

    public static implicit operator Scalar(short value) => new(torch.ScalarType.Int16, value, value);

    public static implicit operator Scalar(int value) => new(torch.ScalarType.Int32, value, value);

    public static implicit operator Scalar(long value) => new(torch.ScalarType.Int64, value, value);

    public static implicit operator Scalar(Half value) => new(torch.ScalarType.Float16, (double)value, (long)(double)value);

    public static implicit operator Scalar(float value) => new(torch.ScalarType.Float32, value, (long)value);

    public static implicit operator Scalar(double value) => new(torch.ScalarType.Float64, value, (long)value);

    public static implicit operator Scalar(bool value) => new(torch.ScalarType.Bool, value ? 1 : 0, value ? 1 : 0);

    public static implicit operator Scalar(Complex value) =>
        new(torch.ScalarType.ComplexFloat64, value.Real, (long)value.Real, value.Imaginary);

    /// <summary>Nothing to free here; kept because the type is disposable.</summary>
    public void Dispose()
    {
    }

    internal Arg ToArg() => Type switch
    {
        torch.ScalarType.Bool => _integer != 0,
        torch.ScalarType.Float16 or torch.ScalarType.Float32 or torch.ScalarType.Float64 => _real,
        torch.ScalarType.ComplexFloat64 => Arg.Complex(_real, _imaginary),
        _ => _integer,
    };
}
