using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp.Native;

namespace TorchSharp;

// Tensors from managed memory, and what the factories share.
public static partial class torch
{
    /// <summary>A tensor over the array's own memory: writes on either side show on the other. The array stays pinned while the tensor lives.</summary>
    public static Tensor from_array(Array rawArray, Device? device = null) => from_array(rawArray, null, device);

    public static Tensor from_array(Array rawArray, ScalarType? dtype, Device? device = null, bool requires_grad = false, string[]? names = null)
    {
        ArgumentNullException.ThrowIfNull(rawArray);
        RequireNoNames(names);
        long[] shape = new long[rawArray.Rank];
        for (int i = 0; i < shape.Length; i++)
        {
            shape[i] = rawArray.GetLongLength(i);
        }
        return Placed(Shared(rawArray, shape, TypeOf(rawArray.GetType().GetElementType()!), 0), dtype, device, requires_grad);
    }

    public static Tensor as_tensor(Array data, ScalarType? dtype = null, Device? device = null) => from_array(data, dtype, device);

    public static Tensor as_tensor(Tensor data, ScalarType? dtype = null, Device? device = null) => data.To(dtype, device, false, false, false);

    /// <summary>A one-dimensional tensor over part of the array's memory, count and offset in elements of the array.</summary>
    public static Tensor frombuffer(Array rawArray, ScalarType dtype, long count = -1, long offset = 0, bool requires_grad = false)
    {
        ArgumentNullException.ThrowIfNull(rawArray);
        if (offset < 0 || offset >= rawArray.LongLength)
        {
            throw new ArgumentException($"Offset {offset} is outside an array of {rawArray.LongLength} elements.", nameof(offset));
        }
        long available = rawArray.LongLength - offset;
        if (count > available)
        {
            throw new ArgumentException($"Count {count} from offset {offset} is outside an array of {rawArray.LongLength} elements.", nameof(count));
        }
        ScalarType own = TypeOf(rawArray.GetType().GetElementType()!);
        return Placed(Shared(rawArray, [count < 0 ? available : count], own, offset), dtype, null, requires_grad);
    }

    private static unsafe Tensor Shared(Array array, long[] shape, ScalarType type, long offset)
    {
        if (array.LongLength == 0)
        {
            return zeros(shape, type, CPU);
        }
        GCHandle pin = GCHandle.Alloc(array, GCHandleType.Pinned);
        byte* data = (byte*)pin.AddrOfPinnedObject() + (offset * TensorExtensionMethods.ElementSize(type));
        fixed (long* sizes = shape)
        {
            // The native side calls Unpin also when it fails.
            Library.Check(Library.rp_tensor_from_memory(data, &Unpin, GCHandle.ToIntPtr(pin), sizes, shape.Length, (int)type, out nint handle));
            return new Tensor(handle);
        }
    }

    [UnmanagedCallersOnly]
    private static void Unpin(nint pin) => GCHandle.FromIntPtr(pin).Free();

    private static Tensor Copied<T>(T[] values, scoped ReadOnlySpan<long> shape, ScalarType? dtype, Device? device, bool requiresGrad, string[]? names)
        where T : unmanaged => Copied((ReadOnlySpan<T>)values, shape, dtype, device, requiresGrad, names);

    private static Tensor Copied<T>(Span<T> values, scoped ReadOnlySpan<long> shape, ScalarType? dtype, Device? device, bool requiresGrad, string[]? names)
        where T : unmanaged => Copied((ReadOnlySpan<T>)values, shape, dtype, device, requiresGrad, names);

    private static unsafe Tensor Copied<T>(ReadOnlySpan<T> values, scoped ReadOnlySpan<long> shape, ScalarType? dtype, Device? device, bool requiresGrad, string[]? names)
        where T : unmanaged
    {
        RequireNoNames(names);
        long[] sizes = shape.ToArray();
        if (TensorExtensionMethods.TotalSize(sizes) != values.Length)
        {
            throw new ArgumentException($"The shape [{string.Join(", ", sizes)}] does not hold {values.Length} elements.");
        }
        Tensor result = Ops.empty.Call([sizes, TypeOf(typeof(T)), Arg.None, CPU]);
        if (values.Length > 0)
        {
            values.CopyTo(new Span<T>(result.DataPointer(), values.Length));
        }
        return Placed(result, dtype, device, requiresGrad);
    }

    private static Tensor Copied(Array values, ScalarType? dtype, Device? device, bool requiresGrad, string[]? names)
    {
        RequireNoNames(names);
        using Tensor shared = from_array(values);
        return Placed(shared.clone(), dtype, device, requiresGrad);
    }

    private static Tensor Value<T>(T value, ScalarType? dtype, Device? device, bool requiresGrad) where T : unmanaged =>
        Copied(new ReadOnlySpan<T>(in value), [], dtype, device, requiresGrad, null);

    private static Tensor Placed(Tensor made, ScalarType? dtype, Device? device, bool requiresGrad)
    {
        Device place = Place(device);
        Tensor result = made;
        if ((dtype is ScalarType type && type != made.dtype) || place.type != DeviceType.CPU)
        {
            result = made.To(dtype, place, false, false, false);
            made.Dispose();
        }
        return requiresGrad ? result.requires_grad_() : result;
    }

    private static Tensor Create(Operator operation, scoped ReadOnlySpan<Arg> arguments, bool requiresGrad, string[]? names = null)
    {
        RequireNoNames(names);
        Tensor result = operation.Call(arguments);
        return requiresGrad ? result.requires_grad_() : result;
    }

    private static Device Place(Device? device) => device is null ? s_defaultDevice : InitializeDevice(device);

    private static void RequireNoNames(string[]? names)
    {
        if (names is { Length: > 0 })
        {
            throw new NotSupportedException("Named dimensions are not supported by this libtorch binding.");
        }
    }

    private static ScalarType FullType(Scalar value) => value.Type switch
    {
        ScalarType.Bool => ScalarType.Bool,
        ScalarType.Float16 or ScalarType.Float32 or ScalarType.Float64 => DefaultType,
        ScalarType.ComplexFloat64 => ScalarType.ComplexFloat64,
        _ => ScalarType.Int64,
    };

    private static ScalarType ArangeType(Scalar start, Scalar stop, Scalar step) =>
        is_floating_point(start.Type) || is_floating_point(stop.Type) || is_floating_point(step.Type) ? DefaultType : ScalarType.Int64;

    private static ScalarType TypeOf(Type type) =>
        type == typeof(float) ? ScalarType.Float32
        : type == typeof(double) ? ScalarType.Float64
        : type == typeof(long) ? ScalarType.Int64
        : type == typeof(int) ? ScalarType.Int32
        : type == typeof(byte) ? ScalarType.Byte
        : type == typeof(bool) ? ScalarType.Bool
        : type == typeof(short) ? ScalarType.Int16
        : type == typeof(sbyte) ? ScalarType.Int8
        : type == typeof(Half) ? ScalarType.Float16
        : throw new NotSupportedException($"Arrays of {type.Name} cannot be tensors.");
}
