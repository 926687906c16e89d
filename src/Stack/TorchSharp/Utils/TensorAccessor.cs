using System.Collections;
using System.Runtime.CompilerServices;

namespace TorchSharp.Utils;

/// <summary>Typed view of a CPU tensor's elements in row-major order, whatever its strides.</summary>
public sealed unsafe class TensorAccessor<T> : IDisposable, IEnumerable<T> where T : unmanaged
{
    private readonly torch.Tensor _tensor;
    private readonly long[] _shape;
    private readonly long[] _strides;
    private readonly bool _dense;

    internal TensorAccessor(torch.Tensor tensor)
    {
        _tensor = tensor;
        _shape = _tensor.shape;
        _strides = _tensor.stride();
        _dense = _tensor.is_contiguous();
        Count = _tensor.numel();
    }

    public long Count { get; }

    public bool IsReadOnly => false;

    public T this[params long[] indices]
    {
        get
        {
            T value = Pointer[Offset(indices)];
            GC.KeepAlive(_tensor);
            return value;
        }

        set
        {
            Pointer[Offset(indices)] = value;
            GC.KeepAlive(_tensor);
        }
    }

    public T[] ToArray()
    {
        T[] result = new T[Count];
        CopyTo(result.AsSpan());
        return result;
    }

    public Array ToNDArray()
    {
        if (_shape.Length == 0)
        {
            return ToArray();
        }
        Array result = Array.CreateInstance(typeof(T), _shape);
        if (Count > 0)
        {
            ref byte first = ref System.Runtime.InteropServices.MemoryMarshal.GetArrayDataReference(result);
            CopyTo(System.Runtime.InteropServices.MemoryMarshal.CreateSpan(ref Unsafe.As<byte, T>(ref first), checked((int)Count)));
        }
        return result;
    }

    public void CopyTo(T[] array, int arrayIndex = 0, long tensorIndex = 0) => CopyTo(array.AsSpan(), arrayIndex, tensorIndex);

    public void CopyTo(Span<T> array, int arrayIndex = 0, long tensorIndex = 0)
    {
        int count = checked((int)Math.Min(array.Length - arrayIndex, Count - tensorIndex));
        Span<T> target = array.Slice(arrayIndex, count);
        if (_dense)
        {
            new ReadOnlySpan<T>(Pointer + tensorIndex, count).CopyTo(target);
            GC.KeepAlive(_tensor);
            return;
        }
        for (int i = 0; i < count; i++)
        {
            target[i] = Pointer[OffsetOf(tensorIndex + i)];
        }
        GC.KeepAlive(_tensor);
    }

    public void CopyFrom(T[] array, int arrayIndex = 0, long tensorIndex = 0) => CopyFrom((ReadOnlySpan<T>)array, arrayIndex, tensorIndex);

    public void CopyFrom(ReadOnlySpan<T> array, int arrayIndex = 0, long tensorIndex = 0)
    {
        int count = checked((int)Math.Min(array.Length - arrayIndex, Count - tensorIndex));
        ReadOnlySpan<T> source = array.Slice(arrayIndex, count);
        if (_dense)
        {
            source.CopyTo(new Span<T>(Pointer + tensorIndex, count));
            GC.KeepAlive(_tensor);
            return;
        }
        for (int i = 0; i < count; i++)
        {
            Pointer[OffsetOf(tensorIndex + i)] = source[i];
        }
        GC.KeepAlive(_tensor);
    }

    public IEnumerator<T> GetEnumerator()
    {
        for (long i = 0; i < Count; i++)
        {
            yield return At(i);
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Nothing to free: the tensor stays its owner's, and reading after its disposal throws.</summary>
    public void Dispose()
    {
    }

    private T* Pointer => (T*)_tensor.DataPointer();

    private T At(long position)
    {
        T value = Pointer[OffsetOf(position)];
        GC.KeepAlive(_tensor);
        return value;
    }

    private long Offset(long[] indices)
    {
        if (indices.Length == 1 && _shape.Length != 1)
        {
            return OffsetOf(indices[0]);
        }
        if (indices.Length != _shape.Length)
        {
            throw new ArgumentException($"The tensor has {_shape.Length} dimensions, {indices.Length} indices were given.");
        }
        long offset = 0;
        for (int i = 0; i < indices.Length; i++)
        {
            long index = indices[i] < 0 ? indices[i] + _shape[i] : indices[i];
            ArgumentOutOfRangeException.ThrowIfNegative(index, nameof(indices));
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, _shape[i], nameof(indices));
            offset += index * _strides[i];
        }
        return offset;
    }

    private long OffsetOf(long position)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(position, Count);
        if (_dense)
        {
            return position;
        }
        long offset = 0;
        for (int i = _shape.Length - 1; i >= 0; i--)
        {
            offset += position % _shape[i] * _strides[i];
            position /= _shape[i];
        }
        return offset;
    }
}
