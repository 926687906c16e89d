using System.Runtime.CompilerServices;
using TorchSharp;
using static TorchSharp.torch;

namespace RoboPerception.Stack.Tests.Torch;

public sealed class LifetimeTests
{
    [Fact]
    public void Use_after_dispose_is_an_exception()
    {
        Tensor value = ones(1);
        value.Dispose();

        Assert.True(value.IsInvalid);
        Assert.Contains("Tensor invalid", Assert.Throws<InvalidOperationException>(() => value.item<float>()).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => value + 1);
        value.Dispose();
    }

    [Fact]
    public void A_scope_disposes_what_was_made_in_it()
    {
        Tensor inside;
        using (DisposeScope scope = NewDisposeScope())
        {
            inside = ones(2) + 1;
            Assert.Equal(2, scope.DisposablesCount);
            Assert.True(scope.Contains(inside));
        }

        Assert.True(inside.IsInvalid);
    }

    [Fact]
    public void A_result_moves_to_the_outer_scope()
    {
        using DisposeScope outer = NewDisposeScope();
        Tensor kept;
        Tensor second;
        using (DisposeScope inner = NewDisposeScope())
        {
            kept = inner.MoveToOuter(ones(1));
            second = ones(1).MoveToOuterDisposeScope();
        }

        Assert.False(kept.IsInvalid);
        Assert.False(second.IsInvalid);
        Assert.Equal(2, outer.DisposablesCount);
        outer.Dispose();
        Assert.True(kept.IsInvalid);
    }

    [Fact]
    public void A_detached_tensor_outlives_every_scope()
    {
        Tensor kept;
        using (NewDisposeScope())
        using (NewDisposeScope())
        {
            kept = ones(1).DetachFromDisposeScope();
        }

        Assert.False(kept.IsInvalid);
        kept.Dispose();
    }

    [Fact]
    public void Everything_but_the_named_tensors_is_disposed()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor first = ones(1);
        Tensor second = ones(1);

        scope.DisposeEverythingBut(second);

        Assert.True(first.IsInvalid);
        Assert.False(second.IsInvalid);
        Assert.Equal(1, scope.DisposablesCount);
    }

    [Fact]
    public void A_tensor_disposed_early_leaves_its_scope()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor first = ones(1);
        Tensor second = ones(1);
        Tensor third = ones(1);

        first.Dispose();

        Assert.Equal(2, scope.DisposablesCount);
        Assert.Equal([third, second], scope.DisposablesView);
        third.Dispose();
        Assert.Same(second, Assert.Single(scope.DisposablesView));
    }

    [Fact]
    public void Scopes_belong_to_their_thread()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor? elsewhere = null;
        Thread thread = new(() => elsewhere = ones(1));
        thread.Start();
        thread.Join();

        Assert.Equal(0, scope.DisposablesCount);
        elsewhere!.Dispose();
    }

    [Fact]
    public void Statistics_count_creation_and_disposal()
    {
        ThreadDisposeScopeStatistics statistics = DisposeScopeManager.Statistics;
        statistics.Reset();
        using (NewDisposeScope())
        {
            ones(1);
            ones(1).DetachFromDisposeScope().Dispose();
        }
        ones(1).Dispose();

        Assert.Equal(2, statistics.CreatedInScopeCount);
        Assert.Equal(1, statistics.DisposedInScopeCount);
        Assert.Equal(1, statistics.CreatedOutsideScopeCount);
        Assert.Equal(2, statistics.DisposedOutsideScopeCount);
        Assert.Equal(1, statistics.DetachedFromScopeCount);
        Assert.Equal(0, statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void Shared_memory_is_released_with_its_tensor()
    {
        WeakReference array = SharedAndDropped();

        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();

        Assert.False(array.IsAlive);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference SharedAndDropped()
    {
        float[] values = new float[16];
        using Tensor shared = from_array(values);
        using Tensor view = shared.reshape(4, 4);
        return new WeakReference(values);
    }
}
