using RoboPerception.Core;

namespace RoboPerception.Core.Tests;

/// <summary>Promise: freshness (latest) and completeness (lossless).</summary>
public sealed class SlotTests
{
    [Fact]
    public void The_newest_item_wins_and_the_loser_is_handed_back()
    {
        var dropped = new List<string>();
        var slot = new LatestSlot<string>(dropped.Add);
        Assert.True(slot.Put("old"));
        Assert.True(slot.Put("new"));
        Assert.True(slot.TryTake(out string? item, 0));
        Assert.Equal("new", item);
        Assert.Equal(["old"], dropped);
        Assert.False(slot.TryTake(out _, 0));
    }

    [Fact]
    public void A_completed_slot_gives_what_it_holds_and_then_finishes()
    {
        foreach (ISlot<string> slot in new ISlot<string>[] { new LatestSlot<string>(_ => { }), new LosslessSlot<string>(2) })
        {
            slot.Put("last");
            slot.Complete();
            Assert.False(slot.Put("late"));
            Assert.False(slot.IsFinished);
            Assert.True(slot.TryTake(out string? item, -1));
            Assert.Equal("last", item);
            Assert.True(slot.IsFinished);
            Assert.False(slot.TryTake(out _, -1));
        }
    }

    [Fact]
    public void A_lossless_slot_loses_nothing_between_a_fast_and_a_slow_thread()
    {
        const int items = 20_000;
        var slot = new LosslessSlot<object>(3);
        var sent = new object[items];
        var producer = new Thread(() =>
        {
            for (int i = 0; i < items; i++)
            {
                slot.Put(sent[i] = new object());
            }
            slot.Complete();
        });
        producer.Start();
        var received = new List<object>();
        while (slot.TryTake(out object? item, 5000))
        {
            received.Add(item);
        }
        producer.Join();
        Assert.True(slot.IsFinished);
        Assert.Equal(sent, received);
    }

    [Fact]
    public void A_full_lossless_slot_releases_its_producer_when_completed()
    {
        var slot = new LosslessSlot<string>(1);
        slot.Put("first");
        bool? accepted = null;
        var producer = new Thread(() => accepted = slot.Put("second"));
        producer.Start();
        slot.Complete();
        producer.Join();
        Assert.False(accepted);
    }

    [Fact]
    public void Slots_allocate_nothing_per_item()
    {
        var item = new object();
        foreach (ISlot<object> slot in new ISlot<object>[] { new LatestSlot<object>(_ => { }), new LosslessSlot<object>(2) })
        {
            for (int i = 0; i < 3; i++)
            {
                slot.Put(item);
                slot.TryTake(out _, 0);
            }
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 1000; i++)
            {
                slot.Put(item);
                slot.TryTake(out _, 0);
            }
            Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        }
    }
}
