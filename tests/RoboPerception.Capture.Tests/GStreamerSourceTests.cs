using System.Diagnostics;
using OpenCvSharp;
using RoboPerception.Core;

namespace RoboPerception.Capture.Tests;

/// <summary>Promise: a GStreamer pipeline in a child process is a source as any other, and nothing that happens to it happens to us.</summary>
public sealed class GStreamerSourceTests : TemporaryFolder
{
    private static readonly CaptureOptions Impatient = new() { FirstBackoff = TimeSpan.FromMilliseconds(20), LongestBackoff = TimeSpan.FromMilliseconds(100) };

    [Theory]
    [InlineData(640, 480)]
    [InlineData(33, 5)]
    [InlineData(34, 7)]
    [InlineData(35, 6)]
    [InlineData(1, 1)]
    public void Every_pixel_arrives_with_its_colour_whatever_the_width(int width, int height)
    {
        using FrameSource source = Create($"videotestsrc is-live=true pattern=solid-color foreground-color=0xff102030 ! video/x-raw,width={width},height={height}");
        source.Open();
        using var image = new Mat();
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(GrabOutcome.Frame, source.Grab());
            Assert.True(source.Retrieve(image));
            Assert.Equal((width, height), (image.Width, image.Height));
            int rows = image.Height;
            for (int y = 0; y < rows; y++)
            {
                Assert.Equal(-1, image.RowSpan<Vec3b>(y).IndexOfAnyExcept(new Vec3b(0x30, 0x20, 0x10)));
            }
        }
    }

    [Fact]
    public void Rows_stand_below_one_another_when_they_are_padded()
    {
        // Colour bars are the same in every row of the upper half; a row that starts at the wrong byte is not.
        using FrameSource source = Create("videotestsrc is-live=true pattern=smpte100 ! video/x-raw,format=BGR,width=77,height=24");
        source.Open();
        using var image = new Mat();
        Assert.Equal(GrabOutcome.Frame, source.Grab());
        Assert.True(source.Retrieve(image));
        (byte, byte, byte)[] bars = [(255, 255, 255), (0, 255, 255), (255, 255, 0), (0, 255, 0), (255, 0, 255), (0, 0, 255), (255, 0, 0)];
        for (int bar = 0; bar < bars.Length; bar++)
        {
            foreach (int y in new[] { 0, 11, 23 })
            {
                Vec3b pixel = image.At<Vec3b>(y, (11 * bar) + 5);
                Assert.Equal((y, bars[bar]), (y, (pixel.Item0, pixel.Item1, pixel.Item2)));
            }
        }
    }

    [Fact]
    public void Frames_that_nobody_took_in_time_are_counted_by_number()
    {
        using FrameSource source = Create("videotestsrc is-live=true ! video/x-raw,width=320,height=240,framerate=100/1");
        source.Open();
        using var image = new Mat();
        long missed = 0, seen = 0;
        while (seen < 60)
        {
            Assert.Equal(GrabOutcome.Frame, source.Grab());
            Assert.True(source.Retrieve(image));
            missed += source.MissedFrames;
            seen++;
            if (seen == 30)
            {
                // The pipe holds four or five of these frames, the queue one.
                Thread.Sleep(500);
            }
        }

        Assert.InRange(missed, 20, 100_000);
    }

    [Fact]
    public void The_loop_counts_every_frame_of_the_camera_once()
    {
        using var captured = new Captured("gst://videotestsrc is-live=true num-buffers=100 ! video/x-raw,width=64,height=48,framerate=200/1", Impatient);
        captured.Loop.Start();
        long taken = 0;
        long highest = -1;
        long lastStamp = 0;
        while (!captured.Kinds.Contains(SourceEventKind.Lost))
        {
            if (captured.Loop.Slot.TryTake(out Frame? frame, 10))
            {
                Assert.True(frame.Sequence > highest);
                Assert.InRange(frame.AcquisitionStamp, lastStamp + 1, UnixClock.Now);
                (highest, lastStamp) = (frame.Sequence, frame.AcquisitionStamp);
                taken++;
                frame.Release();
            }
        }

        // The last frames may have been in the queue when the pipeline ended, or wait in the slot.
        Assert.InRange(highest, 90, 100);
        Assert.InRange(taken + captured.Drops[DropCause.Stale], highest, 101);
        Assert.Contains("child process has ended", captured.Message(SourceEventKind.Lost), StringComparison.Ordinal);
    }

    [Fact]
    public void A_child_that_dies_is_started_again_and_numbers_go_on()
    {
        var sources = new List<GStreamerSource>();
        using var captured = new Captured(
            () =>
            {
                sources.Add((GStreamerSource)Create("videotestsrc is-live=true ! video/x-raw,width=64,height=48,framerate=50/1"));
                return sources[^1];
            },
            Impatient);
        captured.Loop.Start();
        long sequence = -1;
        for (int round = 0; round < 3; round++)
        {
            Frame frame = captured.Take();
            Assert.True(frame.Sequence > sequence);
            sequence = frame.Sequence;
            frame.Release();
            int child = sources[0].ChildId;
            Process.GetProcessById(child).Kill();
            WaitUntil(() => captured.Kinds.Count(kind => kind == SourceEventKind.Opened) == round + 2, captured);
            Assert.NotEqual(child, sources[0].ChildId);
        }

        Assert.Equal(3, captured.Kinds.Count(kind => kind == SourceEventKind.Lost));
        Assert.Single(sources);
        Assert.True(captured.Loop.Stop(Captured.Patience));
        Assert.Equal(0, sources[0].ChildId);
    }

    [Fact]
    public void A_size_that_changes_in_mid_stream_is_followed()
    {
        // Two images of different size; imagefreeze would not change caps, concat does.
        using FrameSource source = Create(
            "concat name=c videotestsrc num-buffers=3 ! video/x-raw,width=64,height=48,framerate=30/1 ! identity sleep-time=50000 ! c. "
            + "videotestsrc num-buffers=3 ! video/x-raw,width=33,height=20,framerate=30/1 ! identity sleep-time=50000 ! c. c.");
        source.Open();
        using var image = new Mat();
        var sizes = new List<(int, int)>();
        while (source.Grab() == GrabOutcome.Frame)
        {
            Assert.True(source.Retrieve(image));
            sizes.Add((image.Width, image.Height));
        }

        Assert.Equal([(64, 48), (33, 20)], sizes.Distinct());
    }

    [Theory]
    [InlineData("nosuchsource", "no element 'nosuchsource'", ExitCode.NoSource)]
    [InlineData("videotestsrc ! ! fakesink", "does not open", ExitCode.Usage)]
    [InlineData("v4l2src device=/dev/video77", "Cannot identify device '/dev/video77'", ExitCode.NoSource)]
    [InlineData("audiotestsrc", "does not open", ExitCode.Usage)]
    public void What_is_wrong_is_said_in_GStreamers_words(string pipeline, string part, ExitCode code)
    {
        using FrameSource source = Create(pipeline);
        var error = Assert.Throws<UserErrorException>(source.Open);
        Assert.Contains(part, error.Message, StringComparison.Ordinal);
        Assert.Equal(code, error.ExitCode);
    }

    [Fact]
    public void Without_GStreamer_the_packages_are_named()
    {
        using var source = new GStreamerSource("csi://0", "nvarguscamerasrc", "gst-launch-9.9");
        var error = Assert.Throws<UserErrorException>(source.Open);
        Assert.Equal(ExitCode.NoSource, error.ExitCode);
        Assert.Contains("apt-get install gstreamer1.0-tools", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_silent_child_is_called_off_at_once_when_the_loop_stops()
    {
        string program = PathOf("silent");
        File.WriteAllText(program, "#!/bin/sh\nexec sleep 600\n");
        using (Process chmod = Process.Start("chmod", ["+x", program]))
        {
            chmod.WaitForExit();
        }

        var source = new GStreamerSource("gst://silent", "anything", program);
        using var captured = new Captured(() => source, Impatient with { WaitForSource = true });
        captured.Loop.Start();
        WaitUntil(() => source.ChildId != 0, captured);
        int child = source.ChildId;
        Assert.True(captured.Loop.Stop(Captured.Patience));
        WaitUntil(() => !Directory.Exists($"/proc/{child}"), captured);
    }

    [Fact]
    public void A_child_does_not_outlive_the_thread_that_needs_it()
    {
        // The kernel's own arrangement, which also holds when the whole node is killed.
        int child = 0;
        FrameSource source = Create("videotestsrc is-live=true ! video/x-raw,framerate=1/1");
        var thread = new Thread(() =>
        {
            source.Open();
            child = ((GStreamerSource)source).ChildId;
        });
        thread.Start();
        thread.Join();
        Assert.NotEqual(0, child);
        long deadline = Environment.TickCount64 + (long)Captured.Patience.TotalMilliseconds;
        while (Directory.Exists($"/proc/{child}"))
        {
            Assert.True(Environment.TickCount64 < deadline, "the child lives");
            Thread.Sleep(10);
        }

        source.Dispose();
    }

    private static FrameSource Create(string pipeline) => new SourceFactory().Create($"gst://{pipeline}");

    private static void WaitUntil(Func<bool> condition, Captured captured)
    {
        long deadline = Environment.TickCount64 + (long)Captured.Patience.TotalMilliseconds;
        while (!condition())
        {
            Assert.True(Environment.TickCount64 < deadline, string.Join(' ', captured.Events.Select(happened => happened.Message)));
            if (captured.Loop.Slot.TryTake(out Frame? frame, 5))
            {
                frame.Release();
            }
        }
    }
}
