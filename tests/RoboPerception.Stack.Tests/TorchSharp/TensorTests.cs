using System.Reflection;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace RoboPerception.Stack.Tests.Torch;

public sealed class TensorTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void From_array_shares_the_arrays_memory()
    {
        float[] values = [1, 2, 3];
        Tensor shared = from_array(values);

        values[1] = 20;
        shared[2] = 30f;

        Assert.Equal([1f, 20, 30], shared.data<float>().ToArray());
        Assert.Equal(30, values[2]);
    }

    [Fact]
    public void From_array_keeps_rank_and_type()
    {
        Tensor matrix = from_array(new long[,] { { 1, 2, 3 }, { 4, 5, 6 } });

        Assert.Equal([2L, 3], matrix.shape);
        Assert.Equal(ScalarType.Int64, matrix.dtype);
        Assert.Equal(6, matrix[1, 2].item<long>());
    }

    [Fact]
    public void Tensor_from_memory_copies()
    {
        float[] values = [1, 2, 3, 4];
        Tensor copied = tensor(values.AsMemory(), [2, 2]);

        values[0] = 9;

        Assert.Equal(1, copied[0, 0].item<float>());
    }

    [Fact]
    public void Frombuffer_starts_at_an_offset()
    {
        Assert.Equal([3, 4], frombuffer(new[] { 1, 2, 3, 4, 5 }, ScalarType.Int32, 2, 2).data<int>().ToArray());
        Assert.Throws<ArgumentException>(() => frombuffer(new[] { 1, 2 }, ScalarType.Int32, 3));
    }

    [Fact]
    public void Item_of_another_type_is_refused()
    {
        Assert.Throws<ArgumentException>(() => ones(1).item<double>());
        Assert.Throws<ArgumentException>(() => ones(2).item<float>());
    }

    [Fact]
    public void Data_respects_strides()
    {
        Tensor turned = arange(6).reshape(2, 3).t();

        Assert.Equal([0L, 3, 1, 4, 2, 5], turned.data<long>().ToArray());
        Assert.Equal(4, turned.data<long>()[1, 1]);
        turned.data<long>().CopyFrom([10, 11, 12, 13, 14, 15]);
        Assert.Equal(13, turned[1, 1].item<long>());
    }

    [Fact]
    public void Indexing_takes_numbers_ranges_masks_and_tensors()
    {
        Tensor grid = arange(24).reshape(2, 3, 4);

        Assert.Equal([2L, 2], grid[.., 1, 1..3].shape);
        Assert.Equal(17, grid[1, 1, 1].item<long>());
        Assert.Equal([2L, 3], grid[TensorIndex.Ellipsis, 0].shape);
        Assert.Equal([2L, 1, 3, 4], grid[TensorIndex.Colon, TensorIndex.None].shape);
        Assert.Equal([2L, 3, 2], grid[TensorIndex.Ellipsis, TensorIndex.Slice(0, 4, 2)].shape);
        Assert.Equal([22L, 23], grid[grid > 21].data<long>().ToArray());
        Assert.Equal([12L, 0], grid[tensor(new long[] { 1, 0 })][.., 0, 0].data<long>().ToArray());
        Assert.Equal([2L, 2, 4], grid[TensorIndex.Colon, TensorIndex.Tensor(tensor(new long[] { 2, 0 }))].shape);
    }

    [Fact]
    public void Assigning_to_an_index_writes_into_the_tensor()
    {
        Tensor grid = zeros(3, 3);

        grid[1, ..] = ones(3);
        grid[grid < 0.5] = tensor(-1f);
        grid.index_put_(7, 0, 0);

        Assert.Equal([7f, -1, -1, 1, 1, 1, -1, -1, -1], grid.data<float>().ToArray());
    }

    [Fact]
    public void Arithmetic_mixes_tensors_and_numbers_in_both_orders()
    {
        Tensor two = full([1], 2.0);

        Assert.Equal(5, (two + 3).item<float>());
        Assert.Equal(1, (3 - two).item<float>());
        Assert.Equal(1.5f, (3.0 / two).item<float>());
        Assert.Equal(-6, (-two * 3).item<float>());
        Assert.Equal(8, two.pow(3).item<float>());
        Assert.Equal(2, two.add_(two).sub_(2).item<float>());
    }

    [Fact]
    public void In_place_operators_return_the_same_tensor()
    {
        Tensor value = ones(2);

        Assert.Same(value, value.add_(1).mul_(value).zero_());
    }

    [Fact]
    public void Reductions_follow_the_dimension()
    {
        Tensor grid = tensor(new[] { 1f, 5, 3, 4, 2, 6 }, [2, 3]);

        (Tensor largest, Tensor at) = grid.max(1);

        Assert.Equal([5f, 6], largest.data<float>().ToArray());
        Assert.Equal([1L, 2], at.data<long>().ToArray());
        Assert.Equal([5f, 7, 9], grid.sum(dim: 0).data<float>().ToArray());
        Assert.Equal(3.5f, grid.mean().item<float>());
        Assert.Equal([3f, 4], grid.mean([1]).data<float>().ToArray());
        Assert.Equal([1L, 0, 1], grid.argmax(0).data<long>().ToArray());
        Assert.Equal(Math.Sqrt(3.5), grid.std().item<float>(), 5);
        Assert.Equal([2L, 0, 1], bincount(tensor(new long[] { 0, 2, 0 }), minlength: 3).data<long>().ToArray());
    }

    [Fact]
    public void A_native_error_carries_libtorchs_message()
    {
        ExternalException error = Assert.Throws<ExternalException>(() => ones(2, 3).matmul(ones(2, 3)));

        Assert.Contains("mat1 and mat2 shapes cannot be multiplied", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_device_without_its_hardware_is_refused()
    {
        if (cuda.is_available())
        {
            Assert.Equal(DeviceType.CUDA, device("cuda:0").type);
            return;
        }
        Assert.Throws<InvalidOperationException>(() => device("cuda:0"));
        Assert.Throws<InvalidOperationException>(() => ones(1).cuda());
        Assert.False(TryInitializeDeviceType(DeviceType.CUDA));
    }

    [Fact]
    public void The_seed_repeats_random_numbers_and_the_state_continues_them()
    {
        manual_seed(5);
        float[] first = rand(3).data<float>().ToArray();
        Tensor state = get_rng_state();
        float[] second = rand(3).data<float>().ToArray();

        manual_seed(5);
        Assert.Equal(first, rand(3).data<float>().ToArray());
        rand(7);
        set_rng_state(state);
        Assert.Equal(second, rand(3).data<float>().ToArray());
    }

    [Fact]
    public void Every_operator_that_the_library_names_exists_in_this_libtorch()
    {
        if (typeof(torch).Assembly.GetType("TorchSharp.Native.Ops") is not Type operators)
        {
            // The real package: it has no such table.
            return;
        }
        FieldInfo[] fields = operators.GetFields(BindingFlags.Static | BindingFlags.NonPublic);
        Assert.True(fields.Length > 200);
        foreach (FieldInfo field in fields)
        {
            object named = field.GetValue(null)!;
            named.GetType().GetMethod("Find", BindingFlags.Instance | BindingFlags.NonPublic)!.Invoke(named, null);
        }
    }

    [Fact]
    public void A_tensor_saves_and_loads_itself()
    {
        using MemoryStream stream = new();
        Tensor value = rand(2, 3).@double();
        value.Save(stream);
        stream.Position = 0;

        Assert.True(Tensor.Load(stream).Equals(value));
    }
}
