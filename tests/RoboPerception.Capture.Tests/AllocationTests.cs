using OpenCvSharp;
using RoboPerception.Core;

namespace RoboPerception.Capture.Tests;

/// <summary>Tests that watch the whole process: no other test may run beside them.</summary>
[CollectionDefinition("alone", DisableParallelization = true)]
public sealed class Alone;

/// <summary>
/// Promise: after warm-up a frame costs no buffer. What OpenCvSharp's wrappers allocate stays under 512 bytes a frame and thread, nothing
/// reaches the garbage collector's generation 1, and memory is flat over 10,000 frames.
/// </summary>
[Collection("alone")]
public sealed class AllocationTests : TemporaryFolder
{
    private const int Frames = 10_000;
    private const int WarmUp = 2_000;
    private const long MostPerFrame = 512;

    // Capture: what the source's own wrappers cost. Resize: three steps down (as from 4K to the model's grid), or rectified.
    [Theory]
    [InlineData("video", 128, false)]
    [InlineData("test://?size=512x384", 0, false)]
    [InlineData("test://?size=512x384", 0, true)]
    [InlineData("test://?size=64x48&fps=1000&live=true", 0, false)]
    [InlineData("gst://videotestsrc ! video/x-raw,width=64,height=48", 0, false)]
    public void Ten_thousand_frames_cost_no_buffer_no_generation_1_and_no_memory(string address, long mostPerGrab, bool rectify)
    {
        if (address == "video")
        {
            Recordings.Write(address = PathOf("a.avi"), Frames);
        }

        // The capture thread itself reads its counter, at the two frames that frame the measurement.
        long[] allocated = [-1, -1];
        var options = new CaptureOptions { Pace = ReplayPace.Fast, MaximumFrames = Frames };
        using var captured = new Captured(() => new Metered(new SourceFactory().Create(address), allocated), options);
        var camera = new CameraIntrinsics(512, 384, 400, 400, 256, 192) { Distortion = [-0.1, 0, 0, 0, 0] };
        using var resizer = new FrameResizer(64, 48, rectify ? new CameraCalibration("c", camera) : null, rectify);
        byte[] input = GC.AllocateArray<byte>(resizer.ByteCount, pinned: true);
        nint destination = Address(input);
        captured.Loop.Start();
        long taken = 0;
        long bytes = 0, heap = 0, resident = 0;
        int collections = 0;
        while (!captured.Loop.Slot.IsFinished)
        {
            if (captured.Loop.Slot.TryTake(out Frame? frame, 100))
            {
                resizer.Resize(frame, destination);
                long sequence = frame.Sequence;
                frame.Release();
                taken++;
                if (bytes == 0 && sequence >= WarmUp)
                {
                    heap = GC.GetTotalMemory(forceFullCollection: true);
                    resident = Resident();
                    collections = GC.CollectionCount(1);
                    taken = 0;
                    bytes = GC.GetAllocatedBytesForCurrentThread();
                }
            }
        }

        bytes = GC.GetAllocatedBytesForCurrentThread() - bytes;
        Assert.Equal(collections, GC.CollectionCount(1));
        // A fast source beside a slow consumer: the newest frame wins, and a busy machine takes few.
        Assert.True(taken > 100, $"{taken}");
        Assert.InRange(bytes / taken, 0, MostPerFrame);
        Assert.True(allocated[0] >= 0 && allocated[1] >= 0);
        Assert.InRange((allocated[1] - allocated[0]) / (Frames - WarmUp), 0, mostPerGrab);
        // Less than a frame of the largest source, and than 64 bytes for each: what the runtime itself keeps comes to a quarter of a megabyte now and then.
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - heap, long.MinValue, 500_000);
        Assert.InRange(Resident() - resident, long.MinValue, 8_000_000);
    }

    private static unsafe nint Address(byte[] pinned)
    {
        fixed (byte* first = pinned)
        {
            return (nint)first;
        }
    }

    // Second number of statm: resident pages.
    private static long Resident() => long.Parse(File.ReadAllText("/proc/self/statm").Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture) * Environment.SystemPageSize;

    private sealed class Metered(FrameSource inner, long[] allocated) : FrameSource(inner.Name, inner.IsLive)
    {
        private int grabbed;

        public override void Open() => inner.Open();

        public override GrabOutcome Grab()
        {
            grabbed++;
            if (grabbed is WarmUp or Frames)
            {
                allocated[grabbed == WarmUp ? 0 : 1] = GC.GetAllocatedBytesForCurrentThread();
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
