using OpenCvSharp;
using RoboPerception.Core;

namespace RoboPerception.Capture.Tests;

/// <summary>Promise: a recording is delivered whole, in order, with its own time, the same every time.</summary>
public sealed class RecordingTests : TemporaryFolder
{
    [Fact]
    public void Every_frame_arrives_in_order_with_the_recordings_own_time()
    {
        Recordings.Write(PathOf("a.avi"), 40);
        using var captured = new Captured(PathOf("a.avi"));
        captured.Loop.Start();
        var frames = captured.TakeAll();
        Assert.Equal(Enumerable.Range(0, 40).Select(i => (long)i), frames.Select(frame => frame.Sequence));
        Assert.Equal(
            Enumerable.Range(0, 40).Select(i => FrameSource.RecordingEpoch + (i * 40_000_000L)), frames.Select(frame => frame.Stamp));
        Assert.All(frames, frame => Assert.InRange(frame.First, Recordings.Value(frame.Sequence) - 3, Recordings.Value(frame.Sequence) + 3));
        Assert.Equal(0, captured.Drops.Total);
        Assert.Equal(CaptureState.Ended, captured.Loop.State);
        Assert.Equal([SourceEventKind.Opened, SourceEventKind.Ended], captured.Kinds);
    }

    [Fact]
    public void A_slow_consumer_loses_nothing()
    {
        using var captured = new Captured("test://?size=32x24&frames=60", new CaptureOptions { Pace = ReplayPace.Fast, QueueLength = 2, FramesInUse = 1 });
        captured.Loop.Start();
        var sequences = new List<long>();
        while (!captured.Loop.Slot.IsFinished)
        {
            if (captured.Loop.Slot.TryTake(out Frame? frame, 100))
            {
                Thread.Sleep(1);
                sequences.Add(frame.Sequence);
                frame.Release();
            }
        }

        Assert.Equal(Enumerable.Range(0, 60).Select(i => (long)i), sequences);
        Assert.Equal(60, captured.Loop.Delivered);
    }

    [Theory]
    [InlineData("avi", "MJPG")]
    [InlineData("mp4", "mp4v")]
    public void Two_replays_give_the_same_stamps_and_the_same_bytes(string extension, string codec)
    {
        string path = PathOf($"a.{extension}");
        Recordings.Write(path, 12, codec: VideoWriter.FourCC(codec));
        Assert.Equal(Checksums(path), Checksums(path));
        Assert.Equal(12, Checksums(path).Count);
    }

    [Fact]
    public void The_test_pattern_is_the_same_on_every_run_and_moves()
    {
        List<(long, uint)> first = Checksums("test://?size=80x60&frames=5");
        Assert.Equal(first, Checksums("test://?size=80x60&frames=5"));
        Assert.Equal(5, first.Select(frame => frame.Item2).Distinct().Count());
    }

    [Fact]
    public void A_looped_recording_goes_on_with_rising_numbers_and_stamps()
    {
        Recordings.Write(PathOf("a.avi"), 5);
        using var captured = new Captured(
            PathOf("a.avi"), new CaptureOptions { Pace = ReplayPace.Fast, Loop = true, MaximumFrames = 12 });
        captured.Loop.Start();
        var frames = captured.TakeAll();
        Assert.Equal(Enumerable.Range(0, 12).Select(i => (long)i), frames.Select(frame => frame.Sequence));
        Assert.Equal(
            Enumerable.Range(0, 12).Select(i => FrameSource.RecordingEpoch + (i * 40_000_000L)), frames.Select(frame => frame.Stamp));
        Assert.InRange(frames[7].First, Recordings.Value(2) - 3, Recordings.Value(2) + 3);
    }

    [Fact]
    public void Images_come_in_the_order_people_number_them()
    {
        foreach (int number in new[] { 10, 2, 1, 9, 100 })
        {
            Recordings.WriteImage(PathOf($"left_{number}.png"), number);
        }

        Recordings.WriteImage(PathOf("right_1.png"), 250);
        File.WriteAllText(PathOf("left_notes.txt"), "no image");
        using var captured = new Captured($"file://{PathOf("left_*")}?fps=10".Replace("left_*", "left_%2A", StringComparison.Ordinal));
        captured.Loop.Start();
        var frames = captured.TakeAll();
        Assert.Equal([1, 2, 9, 10, 100], frames.Select(frame => (int)frame.First));
        Assert.Equal(FrameSource.RecordingEpoch + 400_000_000, frames[^1].Stamp);
    }

    [Theory]
    [InlineData("frame2.png", "frame10.png")]
    [InlineData("frame02.png", "frame10.png")]
    [InlineData("a1b2", "a1b10")]
    [InlineData("a01", "a1")]
    [InlineData("a", "a0")]
    public void Natural_order_puts_small_numbers_first(string before, string after)
    {
        Assert.True(NaturalOrder.Instance.Compare(before, after) < 0);
        Assert.True(NaturalOrder.Instance.Compare(after, before) > 0);
        Assert.Equal(0, NaturalOrder.Instance.Compare(before, before));
    }

    [Fact]
    public void An_image_that_changes_its_size_is_delivered_and_reported()
    {
        Recordings.WriteImage(PathOf("1.png"), 10);
        Recordings.WriteImage(PathOf("2.png"), 20, new Size(32, 16));
        Recordings.WriteImage(PathOf("3.png"), 30, new Size(32, 16));
        using var captured = new Captured(PathOf("*.png"));
        captured.Loop.Start();
        Assert.Equal([(64, 48), (32, 16), (32, 16)], captured.TakeAll().Select(frame => (frame.Width, frame.Height)));
        Assert.Equal(1, captured.Kinds.Count(kind => kind == SourceEventKind.SizeChanged));
        Assert.Contains("64x48 to 32x16 at frame 1", captured.Message(SourceEventKind.SizeChanged), StringComparison.Ordinal);
    }

    [Fact]
    public void Realtime_pace_holds_frames_back()
    {
        // 30 frames at 100 frames/s last 0.29 s; only the lower bound is a promise.
        using var captured = new Captured("test://?size=16x16&fps=100&frames=30", new CaptureOptions { Pace = ReplayPace.Realtime });
        long started = Environment.TickCount64;
        captured.Loop.Start();
        Assert.Equal(30, captured.TakeAll().Count);
        Assert.True(Environment.TickCount64 - started >= 250);
    }

    private static List<(long Stamp, uint Crc)> Checksums(string address)
    {
        using var captured = new Captured(address);
        captured.Loop.Start();
        var sums = new List<(long, uint)>();
        while (!captured.Loop.Slot.IsFinished)
        {
            if (captured.Loop.Slot.TryTake(out Frame? frame, 100))
            {
                sums.Add((frame.AcquisitionStamp, System.IO.Hashing.Crc32.HashToUInt32(frame.Pixels)));
                frame.Release();
            }
        }

        return sums;
    }
}
