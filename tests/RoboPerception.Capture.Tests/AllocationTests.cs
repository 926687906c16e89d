using OpenCvSharp;
using RoboPerception.Core;

namespace RoboPerception.Capture.Tests;

/// <summary>Promise: after warm-up a frame costs no managed memory on the capture thread, nor on the thread that resizes it.</summary>
public sealed class AllocationTests : TemporaryFolder
{
    // The runtime makes a wait object (128 bytes) the first time two threads meet at a lock, which may be after the warm-up.
    // One byte a frame would already be more than this; the smallest object has 24.
    private const long OncePerLock = 256;

    [Theory]
    [InlineData("video")]
    [InlineData("test://?size=64x48&frames=300")]
    [InlineData("test://?size=64x48&frames=300&fps=500&live=true")]
    public void A_frame_allocates_nothing(string address)
    {
        if (address == "video")
        {
            Recordings.Write(address = PathOf("a.avi"), 300);
        }

        // The capture thread itself reads its counter, at the two frames that frame the measurement.
        long[] allocated = [-1, -1];
        using var captured = new Captured(() => new Metered(new SourceFactory().Create(address), allocated));
        using var resizer = new FrameResizer(32, 24);
        byte[] input = GC.AllocateArray<byte>(resizer.ByteCount, pinned: true);
        nint destination = Address(input);
        captured.Loop.Start();
        long consumer = -1;
        long taken = 0;
        while (!captured.Loop.Slot.IsFinished)
        {
            if (captured.Loop.Slot.TryTake(out Frame? frame, 100))
            {
                resizer.Resize(frame, destination);
                frame.Release();
                if (++taken == 20)
                {
                    consumer = GC.GetAllocatedBytesForCurrentThread();
                }
            }
        }

        consumer = GC.GetAllocatedBytesForCurrentThread() - consumer;
        Assert.True(taken > 20);
        Assert.InRange(consumer, 0, OncePerLock);
        Assert.True(allocated[0] >= 0 && allocated[1] >= 0);
        Assert.InRange(allocated[1] - allocated[0], 0, OncePerLock);
    }

    private static unsafe nint Address(byte[] pinned)
    {
        fixed (byte* first = pinned)
        {
            return (nint)first;
        }
    }

    private sealed class Metered(FrameSource inner, long[] allocated) : FrameSource(inner.Name, inner.IsLive)
    {
        private int grabbed;

        public override void Open() => inner.Open();

        public override GrabOutcome Grab()
        {
            grabbed++;
            if (grabbed is 50 or 280)
            {
                allocated[grabbed == 50 ? 0 : 1] = GC.GetAllocatedBytesForCurrentThread();
            }

            GrabOutcome outcome = inner.Grab();
            Stamp = inner.Stamp;
            return outcome;
        }

        public override bool Retrieve(Mat image) => inner.Retrieve(image);

        public override void Close() => inner.Close();

        protected override void Dispose(bool disposing)
        {
            base.Dispose(disposing);
            inner.Dispose();
        }
    }
}
