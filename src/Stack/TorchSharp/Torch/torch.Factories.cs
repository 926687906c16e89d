using TorchSharp.Native;

namespace TorchSharp;

// Tensors made from a size.
public static partial class torch
{
    public static Tensor zeros(long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        Create(Ops.zeros, [size, dtype ?? DefaultType, Arg.None, Place(device)], requires_grad, names);
    public static Tensor zeros(ReadOnlySpan<long> size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        Create(Ops.zeros, [size, dtype ?? DefaultType, Arg.None, Place(device)], requires_grad, names);
    public static Tensor zeros(long size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        Create(Ops.zeros, [Arg.Ints(size), dtype ?? DefaultType, Arg.None, Place(device)], requires_grad, names);
    public static Tensor zeros(long rows, long columns, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        Create(Ops.zeros, [Arg.Ints(rows, columns), dtype ?? DefaultType, Arg.None, Place(device)], requires_grad, names);
    public static Tensor zeros(long dim0, long dim1, long dim2, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        Create(Ops.zeros, [Arg.Ints(dim0, dim1, dim2), dtype ?? DefaultType, Arg.None, Place(device)], requires_grad, names);
    public static Tensor zeros(long dim0, long dim1, long dim2, long dim3, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        Create(Ops.zeros, [Arg.Ints(dim0, dim1, dim2, dim3), dtype ?? DefaultType, Arg.None, Place(device)], requires_grad, names);
    public static Tensor zeros(int size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        Create(Ops.zeros, [Arg.Ints(size), dtype ?? DefaultType, Arg.None, Place(device)], requires_grad, names);
    public static Tensor zeros(int rows, int columns, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        Create(Ops.zeros, [Arg.Ints(rows, columns), dtype ?? DefaultType, Arg.None, Place(device)], requires_grad, names);
    public static Tensor zeros(int dim0, int dim1, int dim2, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        Create(Ops.zeros, [Arg.Ints(dim0, dim1, dim2), dtype ?? DefaultType, Arg.None, Place(device)], requires_grad, names);
    public static Tensor zeros(int dim0, int dim1, int dim2, int dim3, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        Create(Ops.zeros, [Arg.Ints(dim0, dim1, dim2, dim3), dtype ?? DefaultType, Arg.None, Place(device)], requires_grad, names);

    public static Tensor ones(long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        Create(Ops.ones, [size, dtype ?? DefaultType, Arg.None, Place(device)], requires_grad, names);
    public static Tensor ones(ReadOnlySpan<long> size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        Create(Ops.ones, [size, dtype ?? DefaultType, Arg.None, Place(device)], requires_grad, names);
    public static Tensor ones(long size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        Create(Ops.ones, [Arg.Ints(size), dtype ?? DefaultType, Arg.None, Place(device)], requires_grad, names);
    public static Tensor ones(long rows, long columns, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        Create(Ops.ones, [Arg.Ints(rows, columns), dtype ?? DefaultType, Arg.None, Place(device)], requires_grad, names);
    public static Tensor ones(long dim0, long dim1, long dim2, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        Create(Ops.ones, [Arg.Ints(dim0, dim1, dim2), dtype ?? DefaultType, Arg.None, Place(device)], requires_grad, names);
    public static Tensor ones(long dim0, long dim1, long dim2, long dim3, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        Create(Ops.ones, [Arg.Ints(dim0, dim1, dim2, dim3), dtype ?? DefaultType, Arg.None, Place(device)], requires_grad, names);
    public static Tensor ones(int size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        Create(Ops.ones, [Arg.Ints(size), dtype ?? DefaultType, Arg.None, Place(device)], requires_grad, names);
    public static Tensor ones(int rows, int columns, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        Create(Ops.ones, [Arg.Ints(rows, columns), dtype ?? DefaultType, Arg.None, Place(device)], requires_grad, names);
    public static Tensor ones(int dim0, int dim1, int dim2, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        Create(Ops.ones, [Arg.Ints(dim0, dim1, dim2), dtype ?? DefaultType, Arg.None, Place(device)], requires_grad, names);
    public static Tensor ones(int dim0, int dim1, int dim2, int dim3, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        Create(Ops.ones, [Arg.Ints(dim0, dim1, dim2, dim3), dtype ?? DefaultType, Arg.None, Place(device)], requires_grad, names);

    public static Tensor empty(long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        Create(Ops.empty, [size, dtype ?? DefaultType, Arg.None, Place(device)], requires_grad, names);
    public static Tensor empty(ReadOnlySpan<long> size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        Create(Ops.empty, [size, dtype ?? DefaultType, Arg.None, Place(device)], requires_grad, names);
    public static Tensor empty(long size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        Create(Ops.empty, [Arg.Ints(size), dtype ?? DefaultType, Arg.None, Place(device)], requires_grad, names);
    public static Tensor empty(long rows, long columns, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        Create(Ops.empty, [Arg.Ints(rows, columns), dtype ?? DefaultType, Arg.None, Place(device)], requires_grad, names);
    public static Tensor empty(long dim0, long dim1, long dim2, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        Create(Ops.empty, [Arg.Ints(dim0, dim1, dim2), dtype ?? DefaultType, Arg.None, Place(device)], requires_grad, names);
    public static Tensor empty(long dim0, long dim1, long dim2, long dim3, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        Create(Ops.empty, [Arg.Ints(dim0, dim1, dim2, dim3), dtype ?? DefaultType, Arg.None, Place(device)], requires_grad, names);
    public static Tensor empty(int size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        Create(Ops.empty, [Arg.Ints(size), dtype ?? DefaultType, Arg.None, Place(device)], requires_grad, names);
    public static Tensor empty(int rows, int columns, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        Create(Ops.empty, [Arg.Ints(rows, columns), dtype ?? DefaultType, Arg.None, Place(device)], requires_grad, names);
    public static Tensor empty(int dim0, int dim1, int dim2, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        Create(Ops.empty, [Arg.Ints(dim0, dim1, dim2), dtype ?? DefaultType, Arg.None, Place(device)], requires_grad, names);
    public static Tensor empty(int dim0, int dim1, int dim2, int dim3, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        Create(Ops.empty, [Arg.Ints(dim0, dim1, dim2, dim3), dtype ?? DefaultType, Arg.None, Place(device)], requires_grad, names);

    public static Tensor rand(long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null, string[]? names = null) =>
        Create(Ops.rand, [size, generator, dtype ?? DefaultType, Arg.None, Place(device)], requires_grad, names);
    public static Tensor rand(ReadOnlySpan<long> size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null, string[]? names = null) =>
        Create(Ops.rand, [size, generator, dtype ?? DefaultType, Arg.None, Place(device)], requires_grad, names);
    public static Tensor rand(long size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null, string[]? names = null) =>
        Create(Ops.rand, [Arg.Ints(size), generator, dtype ?? DefaultType, Arg.None, Place(device)], requires_grad, names);
    public static Tensor rand(long rows, long columns, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null, string[]? names = null) =>
        Create(Ops.rand, [Arg.Ints(rows, columns), generator, dtype ?? DefaultType, Arg.None, Place(device)], requires_grad, names);
    public static Tensor rand(long dim0, long dim1, long dim2, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null, string[]? names = null) =>
        Create(Ops.rand, [Arg.Ints(dim0, dim1, dim2), generator, dtype ?? DefaultType, Arg.None, Place(device)], requires_grad, names);
    public static Tensor rand(long dim0, long dim1, long dim2, long dim3, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null, string[]? names = null) =>
        Create(Ops.rand, [Arg.Ints(dim0, dim1, dim2, dim3), generator, dtype ?? DefaultType, Arg.None, Place(device)], requires_grad, names);
    public static Tensor rand(int size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null, string[]? names = null) =>
        Create(Ops.rand, [Arg.Ints(size), generator, dtype ?? DefaultType, Arg.None, Place(device)], requires_grad, names);
    public static Tensor rand(int rows, int columns, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null, string[]? names = null) =>
        Create(Ops.rand, [Arg.Ints(rows, columns), generator, dtype ?? DefaultType, Arg.None, Place(device)], requires_grad, names);
    public static Tensor rand(int dim0, int dim1, int dim2, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null, string[]? names = null) =>
        Create(Ops.rand, [Arg.Ints(dim0, dim1, dim2), generator, dtype ?? DefaultType, Arg.None, Place(device)], requires_grad, names);
    public static Tensor rand(int dim0, int dim1, int dim2, int dim3, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null, string[]? names = null) =>
        Create(Ops.rand, [Arg.Ints(dim0, dim1, dim2, dim3), generator, dtype ?? DefaultType, Arg.None, Place(device)], requires_grad, names);

    public static Tensor randn(long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null, string[]? names = null) =>
        Create(Ops.randn, [size, generator, dtype ?? DefaultType, Arg.None, Place(device)], requires_grad, names);
    public static Tensor randn(ReadOnlySpan<long> size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null, string[]? names = null) =>
        Create(Ops.randn, [size, generator, dtype ?? DefaultType, Arg.None, Place(device)], requires_grad, names);
    public static Tensor randn(long size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null, string[]? names = null) =>
        Create(Ops.randn, [Arg.Ints(size), generator, dtype ?? DefaultType, Arg.None, Place(device)], requires_grad, names);
    public static Tensor randn(long rows, long columns, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null, string[]? names = null) =>
        Create(Ops.randn, [Arg.Ints(rows, columns), generator, dtype ?? DefaultType, Arg.None, Place(device)], requires_grad, names);
    public static Tensor randn(long dim0, long dim1, long dim2, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null, string[]? names = null) =>
        Create(Ops.randn, [Arg.Ints(dim0, dim1, dim2), generator, dtype ?? DefaultType, Arg.None, Place(device)], requires_grad, names);
    public static Tensor randn(long dim0, long dim1, long dim2, long dim3, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null, string[]? names = null) =>
        Create(Ops.randn, [Arg.Ints(dim0, dim1, dim2, dim3), generator, dtype ?? DefaultType, Arg.None, Place(device)], requires_grad, names);
    public static Tensor randn(int size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null, string[]? names = null) =>
        Create(Ops.randn, [Arg.Ints(size), generator, dtype ?? DefaultType, Arg.None, Place(device)], requires_grad, names);
    public static Tensor randn(int rows, int columns, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null, string[]? names = null) =>
        Create(Ops.randn, [Arg.Ints(rows, columns), generator, dtype ?? DefaultType, Arg.None, Place(device)], requires_grad, names);
    public static Tensor randn(int dim0, int dim1, int dim2, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null, string[]? names = null) =>
        Create(Ops.randn, [Arg.Ints(dim0, dim1, dim2), generator, dtype ?? DefaultType, Arg.None, Place(device)], requires_grad, names);
    public static Tensor randn(int dim0, int dim1, int dim2, int dim3, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null, string[]? names = null) =>
        Create(Ops.randn, [Arg.Ints(dim0, dim1, dim2, dim3), generator, dtype ?? DefaultType, Arg.None, Place(device)], requires_grad, names);

    public static Tensor full(long[] size, Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        Create(Ops.full, [size, value, dtype ?? FullType(value), Arg.None, Place(device)], requires_grad, names);
    public static Tensor full(ReadOnlySpan<long> size, Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        Create(Ops.full, [size, value, dtype ?? FullType(value), Arg.None, Place(device)], requires_grad, names);
    public static Tensor full(long size, Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        Create(Ops.full, [Arg.Ints(size), value, dtype ?? FullType(value), Arg.None, Place(device)], requires_grad, names);
    public static Tensor full(long rows, long columns, Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        Create(Ops.full, [Arg.Ints(rows, columns), value, dtype ?? FullType(value), Arg.None, Place(device)], requires_grad, names);
    public static Tensor full(long dim0, long dim1, long dim2, Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        Create(Ops.full, [Arg.Ints(dim0, dim1, dim2), value, dtype ?? FullType(value), Arg.None, Place(device)], requires_grad, names);
    public static Tensor full(long dim0, long dim1, long dim2, long dim3, Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        Create(Ops.full, [Arg.Ints(dim0, dim1, dim2, dim3), value, dtype ?? FullType(value), Arg.None, Place(device)], requires_grad, names);
    public static Tensor full(int size, Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        Create(Ops.full, [Arg.Ints(size), value, dtype ?? FullType(value), Arg.None, Place(device)], requires_grad, names);
    public static Tensor full(int rows, int columns, Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        Create(Ops.full, [Arg.Ints(rows, columns), value, dtype ?? FullType(value), Arg.None, Place(device)], requires_grad, names);
    public static Tensor full(int dim0, int dim1, int dim2, Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        Create(Ops.full, [Arg.Ints(dim0, dim1, dim2), value, dtype ?? FullType(value), Arg.None, Place(device)], requires_grad, names);
    public static Tensor full(int dim0, int dim1, int dim2, int dim3, Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        Create(Ops.full, [Arg.Ints(dim0, dim1, dim2, dim3), value, dtype ?? FullType(value), Arg.None, Place(device)], requires_grad, names);

    public static Tensor zeros_like(Tensor input, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        input.zeros_like(dtype, device, requires_grad);

    public static Tensor ones_like(Tensor input, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        input.ones_like(dtype, device, requires_grad);

    public static Tensor empty_like(Tensor input, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        input.empty_like(dtype, device, requires_grad);

    public static Tensor rand_like(Tensor input, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        input.rand_like(dtype, device, requires_grad);

    public static Tensor randn_like(Tensor input, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        input.randn_like(dtype, device, requires_grad);

    public static Tensor full_like(Tensor input, Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        input.full_like(value, dtype, device, requires_grad);

    public static Tensor arange(Scalar start, Scalar stop, Scalar step, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Create(Ops.arange_start_step, [start, stop, step, dtype ?? ArangeType(start, stop, step), Arg.None, Place(device)], requires_grad);
    public static Tensor arange(Scalar start, Scalar stop, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        arange(start, stop, 1, dtype, device, requires_grad);
    public static Tensor arange(Scalar stop, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        arange(0, stop, 1, dtype, device, requires_grad);

    public static Tensor eye(long rows, long columns = -1, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        Create(Ops.eye_m, [rows, columns < 0 ? rows : columns, dtype ?? DefaultType, Arg.None, Place(device)], requires_grad, names);

    public static Tensor linspace(double start, double end, long steps, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Create(Ops.linspace, [start, end, steps, dtype ?? DefaultType, Arg.None, Place(device)], requires_grad);

    public static Tensor randperm(long n, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null) =>
        Create(Ops.randperm_generator, [n, generator, dtype ?? ScalarType.Int64, Arg.None, Place(device)], requires_grad);

    public static Tensor randint(long high, long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null, string[]? names = null) =>
        randint(0, high, size, dtype, device, requires_grad, generator, names);
    public static Tensor randint(long low, long high, long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null, string[]? names = null) =>
        Create(Ops.randint_low_generator, [low, high, size, generator, dtype ?? ScalarType.Int64, Arg.None, Place(device)], requires_grad, names);
}
