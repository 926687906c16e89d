using System.Runtime.InteropServices;
using RoboPerception.Core;

namespace RoboPerception.Capture.Tests;

public sealed class StillDetectorTests
{
    [Fact]
    public void A_picture_that_does_not_change_is_noticed_and_one_that_does_ends_it()
    {
        using var frame = new OneFrame(64, 48);
        var detector = new StillDetector();
        detector.Look(frame);
        Thread.Sleep(300);
        detector.Look(frame);
        TimeSpan still = detector.StillFor;
        Assert.True(still >= TimeSpan.FromMilliseconds(250), still.ToString());
        frame.Bytes[(16 * frame.Stride) + 30] ^= 1; // the noise of one pixel
        detector.Look(frame);
        Assert.True(detector.StillFor < still);
    }

    [Fact]
    public void What_lies_between_the_rows_is_no_part_of_the_picture()
    {
        using var frame = new OneFrame(64, 48);
        var detector = new StillDetector();
        detector.Look(frame);
        Thread.Sleep(100);
        TimeSpan still = detector.StillFor;
        frame.Bytes[(3 * 64) + 1] = 9;
        detector.Look(frame);
        Assert.True(detector.StillFor >= still);
    }

    private sealed class OneFrame : Frame, IDisposable
    {
        private GCHandle handle;

        public OneFrame(int width, int height)
        {
            (Width, Height, Stride) = (width, height, (3 * width) + 4);
            Bytes = new byte[Stride * height];
            handle = GCHandle.Alloc(Bytes, GCHandleType.Pinned);
            Data = handle.AddrOfPinnedObject();
        }

        public byte[] Bytes { get; }

        public override void Release()
        {
            // Nobody's pool.
        }

        public void Dispose() => handle.Free();
    }
}
