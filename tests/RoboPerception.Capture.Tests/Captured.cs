using System.Collections.Concurrent;
using RoboPerception.Core;

namespace RoboPerception.Capture.Tests;

/// <summary>A capture loop with everything it reported.</summary>
internal sealed class Captured : IDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ManualResetEventSlim news = new();

    public Captured(string address, CaptureOptions? options = null)
        : this(() => new SourceFactory().Create(address), options)
    {
    }

    public Captured(Func<FrameSource> create, CaptureOptions? options = null)
    {
        Loop = new CaptureLoop(create, options ?? new CaptureOptions { Pace = ReplayPace.Fast }, Drops, happened =>
        {
            Events.Enqueue(happened);
            news.Set();
        });
    }

    public CaptureLoop Loop { get; }

    public DropCounters Drops { get; } = new();

    public ConcurrentQueue<SourceEvent> Events { get; } = new();

    public IEnumerable<SourceEventKind> Kinds => Events.Select(happened => happened.Kind);

    public string Message(SourceEventKind kind) => Events.First(happened => happened.Kind == kind).Message;

    /// <summary>Takes every frame until the end; each is described before it goes back.</summary>
    public List<(long Sequence, long Stamp, int Width, int Height, byte First)> TakeAll()
    {
        var frames = new List<(long, long, int, int, byte)>();
        while (!Loop.Slot.IsFinished)
        {
            if (Loop.Slot.TryTake(out Frame? frame, 100))
            {
                frames.Add((frame.Sequence, frame.AcquisitionStamp, frame.Width, frame.Height, frame.Pixels[0]));
                frame.Release();
            }
        }

        return frames;
    }

    public Frame Take()
    {
        Assert.True(Loop.Slot.TryTake(out Frame? frame, (int)Patience.TotalMilliseconds), $"no frame; {string.Join(' ', Kinds)}");
        return frame;
    }

    /// <summary>Waits for an event, taking frames meanwhile unless told otherwise: a recording goes on only then.</summary>
    public void WaitFor(SourceEventKind kind, bool taking = true)
    {
        long deadline = Environment.TickCount64 + (long)Patience.TotalMilliseconds;
        while (!Kinds.Contains(kind))
        {
            Assert.True(Environment.TickCount64 < deadline, $"no {kind}; {string.Join(' ', Kinds)}");
            if (taking && Loop.Slot.TryTake(out Frame? frame, 10))
            {
                frame.Release();
            }
            else
            {
                news.Wait(10);
                news.Reset();
            }
        }
    }

    public void Dispose()
    {
        Loop.Dispose();
        news.Dispose();
    }
}
