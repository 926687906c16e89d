using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace RoboPerception.Training.Tests;

public sealed class PoolingTests
{
    private static readonly long[] Window = [2, 2];

    [Fact]
    public void Pooling_an_unpooled_map_gives_the_pooled_map_back()
    {
        using var scope = NewDisposeScope();
        var (pooled, indices) = F.max_pool2d_with_indices(rand(2, 3, 8, 12), Window, Window);
        var unpooled = F.max_unpool2d(pooled, indices, Window, Window, [0, 0], [2, 3, 8, 12]);
        Assert.True(F.max_pool2d(unpooled, Window, Window).allclose(pooled, 0, 0));
    }

    [Fact]
    public void Of_equal_values_the_first_in_reading_order_is_the_maximum()
    {
        using var scope = NewDisposeScope();
        var (_, indices) = F.max_pool2d_with_indices(zeros(1, 1, 2, 2), Window, Window);
        Assert.Equal(0L, indices.item<long>());
    }
}
