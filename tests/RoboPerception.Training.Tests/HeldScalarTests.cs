using System.Runtime.CompilerServices;
using RoboPerception.Training.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace RoboPerception.Training.Tests;

/// <summary>Promise: a number that libtorch reads is there as long as it does.</summary>
public sealed class HeldScalarTests
{
    [Fact]
    public void A_number_outlives_its_expression_and_is_let_go_of_later()
    {
        var ours = Make(() => HeldScalar.Of(0.5));
        var librarys = Make(() => 0.5);
        Collect();
        Assert.True(ours.IsAlive);
        Assert.False(librarys.IsAlive, "what TorchSharp makes on the way is free at once: the reason for all this");
        for (var i = 0L; i < 256; i++)
        {
            HeldScalar.Of(i);
        }

        Collect();
        Assert.False(ours.IsAlive);
    }

    [Fact]
    public void Batch_norm_is_the_librarys_to_the_bit_and_counts_its_batches()
    {
        using var scope = NewDisposeScope();
        using var ours = CountingBatchNorm.Of(5, momentum: 0.3);
        using var librarys = nn.BatchNorm2d(5, momentum: 0.3);
        Assert.Equal(librarys.state_dict().Keys, ours.state_dict().Keys);
        foreach (var batch in Enumerable.Range(1, 3))
        {
            var maps = (arange(2 * 5 * 4 * 4, dtype: float32) * batch).sin().view(2, 5, 4, 4);
            Assert.True(ours.call(maps).equal(librarys.call(maps)).all().item<bool>());
        }

        foreach (var (name, value) in librarys.state_dict())
        {
            Assert.True(value.equal(ours.state_dict()[name]).all().item<bool>(), name);
        }

        Assert.Equal(3, ours.num_batches_tracked!.item<long>());
        ours.eval();
        librarys.eval();
        var other = ones(1, 5, 2, 2);
        Assert.True(ours.call(other).equal(librarys.call(other)).all().item<bool>());
        Assert.Equal(3, ours.num_batches_tracked!.item<long>());
        Assert.Throws<ArgumentException>(() => ours.call(ones(5, 2, 2)));
    }

    // A frame of its own, so that no local of the test keeps the number.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference Make(Func<Scalar> make) => new(make());

    private static void Collect()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
    }
}
