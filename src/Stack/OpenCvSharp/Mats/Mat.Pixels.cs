using System.Runtime.CompilerServices;

namespace OpenCvSharp;

/// <content>Pixel access. Indices are row, then column; they are not checked, as in the package.</content>
public partial class Mat
{
    public IntPtr Ptr(int i0)
    {
        var info = Info();
        return info.Data + (nint)(i0 * info.Step);
    }

    public IntPtr Ptr(int i0, int i1)
    {
        var info = Info();
        return info.Data + (nint)((i0 * info.Step) + (i1 * info.ElemSize));
    }

    public unsafe T Get<T>(int i0)
        where T : unmanaged => *(T*)Single(i0);

    public unsafe T Get<T>(int i0, int i1)
        where T : unmanaged => *(T*)Ptr(i0, i1);

    public T At<T>(int i0)
        where T : unmanaged => Get<T>(i0);

    public T At<T>(int i0, int i1)
        where T : unmanaged => Get<T>(i0, i1);

    public unsafe void Set<T>(int i0, T value)
        where T : unmanaged => *(T*)Single(i0) = value;

    public unsafe void Set<T>(int i0, int i1, T value)
        where T : unmanaged => *(T*)Ptr(i0, i1) = value;

    /// <summary>The pixels (or samples) of one row.</summary>
    public unsafe Span<T> RowSpan<T>(int row)
        where T : unmanaged
    {
        var info = Info();
        ArgumentOutOfRangeException.ThrowIfNegative(row);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, info.Rows);
        return new Span<T>((void*)(info.Data + (nint)(row * info.Step)), checked((int)(info.Cols * info.ElemSize / sizeof(T))));
    }

    /// <summary>All pixels (or samples) of a continuous matrix; empty for one with gaps between its rows.</summary>
    public unsafe Span<T> AsSpan<T>()
        where T : unmanaged
    {
        var info = Info();
        return info.Continuous == 0 || info.Data == IntPtr.Zero
            ? []
            : new Span<T>((void*)info.Data, checked((int)(info.Total * info.ElemSize / sizeof(T))));
    }

    /// <summary>Copies all pixels out; T is a sample, a VecNx or anything of the element's size.</summary>
    public bool GetArray<T>(out T[] data)
        where T : unmanaged
    {
        var info = Info();
        var rowLength = RowLength<T>(info);
        data = new T[checked(info.Rows * rowLength)];
        for (var row = 0; row < info.Rows; row++)
        {
            RowSpan<T>(row).CopyTo(data.AsSpan(row * rowLength));
        }

        return true;
    }

    /// <summary>Copies all pixels in.</summary>
    public bool SetArray<T>(params T[] data)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(data);
        var info = Info();
        var rowLength = RowLength<T>(info);
        if (data.Length != (long)info.Rows * rowLength)
        {
            throw new ArgumentException($"{info.Rows} x {rowLength} values are needed, {data.Length} were given.", nameof(data));
        }

        for (var row = 0; row < info.Rows; row++)
        {
            data.AsSpan(row * rowLength, rowLength).CopyTo(RowSpan<T>(row));
        }

        return true;
    }

    private IntPtr Single(int i0)
    {
        // One index counts along a vector, whichever way it lies.
        var info = Info();
        return info.Rows == 1 ? info.Data + (nint)(i0 * info.ElemSize) : info.Data + (nint)(i0 * info.Step);
    }

    // A type of another size than the sample or the pixel would spread values over neighbours in silence.
    private static int RowLength<T>(in MatInfo info)
        where T : unmanaged
    {
        var type = new MatType(info.Type);
        var size = Unsafe.SizeOf<T>();
        var fits = size == info.ElemSize || size == MatType.SampleBytes(type.Depth);
        var mixesKinds = (typeof(T) == typeof(float) || typeof(T) == typeof(double)) && type.IsInteger;
        if (!fits || mixesKinds)
        {
            throw new OpenCvSharpException($"Mat data type is not compatible: {type} holds no {typeof(T).Name}.");
        }

        return checked((int)(info.Cols * info.ElemSize / size));
    }
}
