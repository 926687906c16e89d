using RoboPerception.Core;

namespace RoboPerception.Capture.Tests;

/// <summary>Promise: a network camera is read by FFmpeg or by GStreamer, and when it is switched off and on its frames come again.</summary>
public sealed class RtspSourceTests
{
    private static readonly CaptureOptions Impatient = new()
    {
        FirstBackoff = TimeSpan.FromMilliseconds(50),
        LongestBackoff = TimeSpan.FromMilliseconds(300),
        AbandonTimeout = TimeSpan.FromMinutes(1),
    };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_camera_that_is_switched_off_and_on_three_times_is_back_with_its_image(bool throughGStreamer)
    {
        var camera = new RtspServer();
        try
        {
            string address = throughGStreamer
                ? $"gst://rtspsrc location={camera.Address} protocols=tcp latency=0 ! decodebin"
                : camera.Address;
            using var captured = new Captured(address, Impatient);
            captured.Loop.Start();
            long sequence = TakeImage(captured, -1);
            for (int round = 1; round <= 3; round++)
            {
                int port = camera.Port;
                camera.Dispose();
                WaitFor(SourceEventKind.Lost, round, captured);
                camera = new RtspServer(port);
                WaitFor(SourceEventKind.Opened, round + 1, captured);
                sequence = TakeImage(captured, sequence);
            }
        }
        finally
        {
            camera.Dispose();
        }
    }

    [Fact]
    public void The_password_reaches_the_camera_and_no_process_list()
    {
        using var camera = new RtspServer(0, "admin", "hunter2");
        using var source = (RtspSource)new SourceFactory().Create(camera.Address.Replace("://", "://admin:hunter2@", StringComparison.Ordinal));
        source.Open();
        Assert.Equal(GrabOutcome.Frame, source.Grab());
        string line = File.ReadAllText($"/proc/{source.ChildId}/cmdline");
        Assert.StartsWith("ffmpeg", line, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", line, StringComparison.Ordinal);
        using FrameSource stranger = new SourceFactory().Create(camera.Address.Replace("://", "://admin:geheim@", StringComparison.Ordinal));
        var error = Assert.Throws<UserErrorException>(stranger.Open);
        Assert.Contains("401", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", error.Message, StringComparison.Ordinal);
    }

    /// <summary>What cameras' pages propose as a password, and users write as it is.</summary>
    [Fact]
    public void A_password_with_signs_that_addresses_are_made_of_reaches_the_camera_as_it_is()
    {
        const string password = "p@s:s#1?/%&+ ü";
        using var camera = new RtspServer(0, "admin", password);
        using FrameSource source = new SourceFactory().Create(camera.Address.Replace("://", $"://admin:{password}@", StringComparison.Ordinal));
        source.Open();
        Assert.Equal(GrabOutcome.Frame, source.Grab());
        Assert.Equal(camera.Address, source.Name);
    }

    private static void WaitFor(SourceEventKind kind, int times, Captured captured)
    {
        long deadline = Environment.TickCount64 + (2 * (long)Captured.Patience.TotalMilliseconds);
        while (captured.Kinds.Count(happened => happened == kind) < times)
        {
            Assert.True(Environment.TickCount64 < deadline, $"no {kind}: {string.Join('\n', captured.Events.Select(happened => happened.Message))}");
            if (captured.Loop.Slot.TryTake(out Frame? frame, 20))
            {
                frame.Release();
            }
        }
    }

    private static long TakeImage(Captured captured, long after)
    {
        Frame frame = captured.Take();
        Assert.True(frame.Sequence > after);
        Assert.Equal((320, 240), (frame.Width, frame.Height));
        int middle = (frame.Stride * 120) + (3 * 160);
        (byte blue, byte green, byte red) = (frame.Pixels[middle], frame.Pixels[middle + 1], frame.Pixels[middle + 2]);

        // Limited-range YUV and an encoder lie in between.
        Assert.InRange(blue, 0xa0 - 8, 0xa0 + 8);
        Assert.InRange(green, 0x60 - 8, 0x60 + 8);
        Assert.InRange(red, 0x20 - 8, 0x20 + 8);
        long sequence = frame.Sequence;
        frame.Release();
        return sequence;
    }
}
