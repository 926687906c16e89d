using RoboPerception.Core;

namespace RoboPerception.Capture.Tests;

/// <summary>Promise: live frames are fresh, and a live source that fails comes back by itself.</summary>
public sealed class LiveSourceTests
{
    private static readonly CaptureOptions Impatient = new()
    {
        StallTimeout = TimeSpan.FromMilliseconds(100),
        AbandonTimeout = TimeSpan.FromMinutes(5),
        FirstBackoff = TimeSpan.FromMilliseconds(20),
        LongestBackoff = TimeSpan.FromMilliseconds(100),
    };

    [Fact]
    public void The_newest_frame_wins_and_every_loser_is_counted()
    {
        using var captured = new Captured("test://?size=16x16&fps=500&frames=200&live=true", Impatient);
        captured.Loop.Start();
        var taken = new List<long>();
        while (!captured.Loop.Slot.IsFinished)
        {
            if (captured.Loop.Slot.TryTake(out Frame? frame, 100))
            {
                Thread.Sleep(20);
                taken.Add(frame.Sequence);
                frame.Release();
            }
        }

        Assert.Equal(199, taken[^1]);
        Assert.Equal(200 - taken.Count, captured.Drops[DropCause.Stale]);
        Assert.True(captured.Drops[DropCause.Stale] > 0);
        Assert.Equal(taken.Order(), taken);
    }

    [Fact]
    public void A_consumer_that_keeps_every_frame_does_not_stop_the_source()
    {
        using var captured = new Captured("test://?size=16x16&fps=500&frames=1500&live=true", Impatient with { FramesInUse = 2 });
        captured.Loop.Start();

        // Two in use, one that waits and one that is written: there is no fifth.
        var kept = new List<Frame> { captured.Take(), captured.Take(), captured.Take(), captured.Take() };
        captured.WaitFor(SourceEventKind.Ended, taking: false);
        Assert.Equal(1500 - kept.Count, captured.Drops[DropCause.Stale]);
        kept.ForEach(frame => frame.Release());
    }

    [Fact]
    public void Live_stamps_are_the_wall_clock_of_the_grab()
    {
        using var captured = new Captured("test://?size=16x16&fps=100&live=true", Impatient);
        long before = UnixClock.Now;
        captured.Loop.Start();
        Frame frame = captured.Take();
        Assert.InRange(frame.AcquisitionStamp, before, UnixClock.Now);
        frame.Release();
    }

    [Fact]
    public void A_lost_source_is_reported_and_opened_again_with_rising_numbers()
    {
        using var captured = new Captured("test://?size=16x16&fps=200&frames=40&lose-at=20&live=true", Impatient);
        captured.Loop.Start();
        captured.WaitFor(SourceEventKind.Ended);
        Assert.Equal(
            [SourceEventKind.Opened, SourceEventKind.Lost, SourceEventKind.Opened, SourceEventKind.Ended],
            captured.Kinds.Where(kind => kind is not (SourceEventKind.Stalled or SourceEventKind.Resumed)));
        Assert.Contains("'test://' was lost after frame 19", captured.Message(SourceEventKind.Lost), StringComparison.Ordinal);
    }

    [Fact]
    public void A_stalled_source_is_reported_by_name_and_again_when_it_resumes()
    {
        using var captured = new Captured("test://?size=16x16&fps=200&frames=20&stall-at=10&stall-ms=1500&live=true", Impatient);
        captured.Loop.Start();
        captured.WaitFor(SourceEventKind.Resumed);
        Assert.Contains("'test://' has given nothing", captured.Message(SourceEventKind.Stalled), StringComparison.Ordinal);
        captured.WaitFor(SourceEventKind.Ended);
    }

    [Fact]
    public void A_call_that_does_not_return_is_given_up_and_the_source_opened_anew()
    {
        int made = 0;
        using var captured = new Captured(
            () => new SourceFactory().Create(
                Interlocked.Increment(ref made) == 1
                    ? "test://?size=16x16&fps=200&stall-at=5&stall-ms=60000&live=true"
                    : "test://?size=16x16&fps=200&frames=20&live=true"),
            Impatient with { AbandonTimeout = TimeSpan.FromMilliseconds(300) });
        captured.Loop.Start();
        captured.WaitFor(SourceEventKind.Ended);
        Assert.Contains(SourceEventKind.Stalled, captured.Kinds);
        Assert.Contains(SourceEventKind.Abandoned, captured.Kinds);
        Assert.Equal(2, made);
    }

    [Fact]
    public void A_blocked_call_does_not_hold_up_the_end()
    {
        var captured = new Captured("test://?size=16x16&fps=200&stall-at=0&stall-ms=60000&live=true", Impatient);
        captured.Loop.Start();
        captured.WaitFor(SourceEventKind.Stalled);
        Assert.Equal(CaptureState.Stalled, captured.Loop.State);
        Assert.False(captured.Loop.Stop(TimeSpan.FromMilliseconds(50)));
        Assert.Equal(CaptureState.Stopped, captured.Loop.State);
        Assert.True(captured.Loop.Slot.IsFinished);
        captured.Dispose();
    }

    [Fact]
    public void A_source_that_does_not_finish_opening_fails_by_name_instead_of_hanging()
    {
        using var captured = new Captured(() => new NeverOpens(), Impatient with { AbandonTimeout = TimeSpan.FromMilliseconds(300) });
        var error = Assert.Throws<UserErrorException>(captured.Loop.Start);
        Assert.Equal(ExitCode.NoSource, error.ExitCode);
        Assert.Contains("'never' has not answered", error.Message, StringComparison.Ordinal);
        Assert.True(captured.Loop.Slot.IsFinished);
    }

    [Fact]
    public void A_missing_camera_ends_the_start_or_is_waited_for_as_asked()
    {
        using (var strict = new Captured("v4l2:///dev/video99", Impatient))
        {
            Assert.Equal(ExitCode.NoSource, Assert.Throws<UserErrorException>(strict.Loop.Start).ExitCode);
        }

        using var patient = new Captured("v4l2:///dev/video99", Impatient with { WaitForSource = true });
        patient.Loop.Start();
        patient.WaitFor(SourceEventKind.ReopenFailed);
        Assert.Equal(CaptureState.Reopening, patient.Loop.State);
        Assert.True(patient.Loop.Stop(Captured.Patience));
    }

    [Fact]
    public void Waits_between_attempts_double_to_a_limit_and_start_small_again()
    {
        var backoff = new Backoff(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5));
        foreach (double nominal in new[] { 1.0, 2, 4, 5, 5 })
        {
            Assert.InRange(backoff.Next().TotalSeconds, nominal / 2, nominal);
        }

        backoff.Reset();
        Assert.InRange(backoff.Next().TotalSeconds, 0.5, 1);
    }

    [Fact]
    public void A_stream_that_answers_nothing_is_given_up_within_its_time_out()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        int port = ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
        using FrameSource source = new SourceFactory().Create($"rtsp://127.0.0.1:{port}/silent");
        Assert.Equal(ExitCode.NoSource, Assert.Throws<UserErrorException>(source.Open).ExitCode);
    }

    [Fact]
    public void A_frame_that_is_released_twice_is_an_error()
    {
        using var captured = new Captured("test://?size=16x16&frames=1");
        captured.Loop.Start();
        Frame frame = captured.Take();
        frame.Release();
        Assert.Throws<InvalidOperationException>(frame.Release);
    }

    [Fact]
    public void A_frame_in_use_outlives_the_loop()
    {
        var captured = new Captured("test://?size=16x16&frames=1");
        captured.Loop.Start();
        Frame frame = captured.Take();
        captured.Dispose();
        Assert.Equal(16 * 16 * 3, frame.Pixels.Length);
        Assert.Equal(255, frame.Pixels[2]);
        frame.Release();
    }

    private sealed class NeverOpens() : FrameSource("never", true)
    {
        public override void Open() => Thread.Sleep(TimeSpan.FromMinutes(5));

        public override GrabOutcome Grab() => GrabOutcome.Lost;

        public override bool Retrieve(OpenCvSharp.Mat image) => false;

        public override void Close()
        {
        }
    }
}
