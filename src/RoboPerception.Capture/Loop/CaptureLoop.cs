using System.Diagnostics;
using RoboPerception.Core;

namespace RoboPerception.Capture;

/// <summary>
/// Runs one source on a thread of its own and puts its frames into a slot: <see cref="LatestSlot{T}"/> for live sources
/// (newest wins, the loser counts as <see cref="DropCause.Stale"/>), <see cref="LosslessSlot{T}"/> for recordings. Frames come
/// from a pool made once; after warm-up a frame allocates no managed memory.
/// </summary>
/// <remarks>
/// Every grabbed frame takes a sequence number, also one that turns out damaged (<see cref="DropCause.Corrupt"/>), so a gap
/// is a drop. A live source that is lost is opened again with exponential back-off and jitter. A native call that does not return
/// is reported after <see cref="CaptureOptions.StallTimeout"/> and given up after <see cref="CaptureOptions.AbandonTimeout"/>;
/// it never holds up <see cref="Stop"/>, whose wait is bounded (the thread is a background thread and cleans up when its call returns).
/// </remarks>
internal sealed partial class CaptureLoop : IDisposable
{
    // Beyond this many damaged frames in a row the source is not worth calling alive.
    private const int MostDamagedInARow = 100;

    private readonly Func<FrameSource> create;
    private readonly CaptureOptions options;
    private readonly DropCounters drops;
    private readonly Action<SourceEvent>? onEvent;
    private readonly Backoff backoff;
    private readonly FramePool pool;
    private readonly StillDetector still = new();
    // Not disposed: a thread that was blocked still looks at them, and they hold no system handle.
    private readonly ManualResetEventSlim stopping = new();
    private readonly ManualResetEventSlim firstOpen = new();
    private CaptureSession session;
    private Thread? thread;
    private UserErrorException? failure;
    private string? problem;
    private int state;
    private volatile bool everOpened;
    private int disposed;

    /// <summary>A loop that does not run yet.</summary>
    /// <param name="create">Makes the unopened source; called again only when a blocked one was given up.</param>
    /// <param name="options">How to run it.</param>
    /// <param name="drops">Where drops are counted.</param>
    /// <param name="onEvent">Told what happens to the source, on the capture or watchdog thread; it must be quick and must not throw.</param>
    public CaptureLoop(Func<FrameSource> create, CaptureOptions options, DropCounters drops, Action<SourceEvent>? onEvent = null)
    {
        ArgumentNullException.ThrowIfNull(create);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(drops);
        this.create = create;
        this.options = options;
        this.drops = drops;
        this.onEvent = onEvent;
        backoff = new Backoff(options.FirstBackoff, options.LongestBackoff);
        session = new CaptureSession(create());
        Name = session.Source.Name;
        IsLive = session.Source.IsLive;
        int queued = IsLive ? 1 : options.QueueLength;
        pool = new FramePool(queued + options.FramesInUse + 1);
        Slot = IsLive ? new LatestSlot<Frame>(DropStale) : new LosslessSlot<Frame>(queued);
    }

    /// <summary>The source's name, without secrets.</summary>
    public string Name { get; }

    /// <summary>True for cameras and streams.</summary>
    public bool IsLive { get; }

    /// <summary>Where the frames are taken from. Whoever takes one releases it. Completed at the end of a recording, on failure and on Stop.</summary>
    public ISlot<Frame> Slot { get; }

    /// <summary>Where the loop stands.</summary>
    public CaptureState State => (CaptureState)Volatile.Read(ref state);

    /// <summary>Frames put into the slot so far.</summary>
    public long Delivered => Volatile.Read(ref delivered);

    /// <summary>How long a live source that gives frames has given the same picture.</summary>
    public TimeSpan StillFor => IsLive && State == CaptureState.Running && Delivered > 0 ? still.StillFor : TimeSpan.Zero;

    /// <summary>Frames per second as the source declares them; 0 if it does not.</summary>
    public double FramesPerSecond => Volatile.Read(ref session).Source.FramesPerSecond;

    /// <summary>Frames a recording declares; 0 if it does not.</summary>
    public long DeclaredFrames => Volatile.Read(ref session).Source.DeclaredFrames;

    /// <summary>The last thing that went wrong with the source, in words; null if nothing has, or frames have come since.</summary>
    public string? Problem => State is CaptureState.Running or CaptureState.Ended ? null : Volatile.Read(ref problem);

    /// <summary>Why the loop ended, if it ended by an error.</summary>
    public UserErrorException? Failure => Volatile.Read(ref failure);

    /// <summary>
    /// Opens the source on the capture thread and returns once it is open (with <see cref="CaptureOptions.WaitForSource"/>: at once).
    /// </summary>
    /// <exception cref="UserErrorException">It does not open: exit code 4 unless the address itself is wrong. Later errors are in <see cref="Failure"/>.</exception>
    public void Start()
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref disposed) != 0, this);
        if (thread is not null)
        {
            throw new InvalidOperationException($"The capture of '{Name}' was already started.");
        }

        StartThread();
        new Thread(WatchAlways) { IsBackground = true, Name = $"watchdog {Name}" }.Start();
        if (IsLive && options.WaitForSource)
        {
            return;
        }

        firstOpen.Wait();
        if (!everOpened && Failure is { } error)
        {
            throw new UserErrorException(error.ExitCode, error.Message, error);
        }
    }

    /// <summary>Ends the capture and waits for its thread, but no longer than <paramref name="timeout"/>. False if a native call still blocks it.</summary>
    public bool Stop(TimeSpan timeout)
    {
        stopping.Set();
        Slot.Complete();
        pool.Dispose();
        Enter(CaptureState.Stopped);
        Volatile.Read(ref session).Source.Interrupt();
        return thread is null || thread.Join(timeout);
    }

    /// <summary>Stops, waiting at most two seconds. Frames that are still in use stay valid until they are released.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref disposed, 1) != 0)
        {
            return;
        }

        Stop(TimeSpan.FromSeconds(2));
        while (Slot.TryTake(out Frame? left, 0))
        {
            left.Release();
        }

        if (thread is null)
        {
            session.Source.Dispose();
        }
    }

    private void StartThread()
    {
        CaptureSession own = session;
        thread = new Thread(() => Run(own)) { IsBackground = true, Name = $"capture {Name}" };
        thread.Start();
    }

    private void DropStale(Frame frame)
    {
        drops.Add(DropCause.Stale);
        frame.Release();
    }

    private void Enter(CaptureState next)
    {
        // The ends are final: whoever comes first decides.
        int seen = Volatile.Read(ref state);
        while (seen < (int)CaptureState.Ended)
        {
            int before = Interlocked.CompareExchange(ref state, (int)next, seen);
            if (before == seen)
            {
                return;
            }

            seen = before;
        }
    }

    private void Report(SourceEventKind kind, string message)
    {
        if (kind is SourceEventKind.Lost or SourceEventKind.ReopenFailed or SourceEventKind.Stalled or SourceEventKind.Abandoned or SourceEventKind.Failed)
        {
            Volatile.Write(ref problem, message);
        }

        onEvent?.Invoke(new SourceEvent(kind, Name, Volatile.Read(ref sequence), message));
    }

    private void Fail(UserErrorException error)
    {
        Volatile.Write(ref failure, error);
        Enter(CaptureState.Failed);
        Report(SourceEventKind.Failed, error.Message);
        Slot.Complete();
        firstOpen.Set();
    }

    // A thread of its own: a timer would wait for the thread pool, which is busiest when something is wrong.
    private void WatchAlways()
    {
        TimeSpan period = TimeSpan.FromMilliseconds(Math.Clamp(options.StallTimeout.TotalMilliseconds / 4, 10, 1000));
        while (!stopping.Wait(period) && State < CaptureState.Ended)
        {
            Watch();
        }
    }

    private void Watch()
    {
        CaptureSession watched = Volatile.Read(ref session);
        TimeSpan inside = watched.InsideFor;
        if (inside < options.StallTimeout)
        {
            return;
        }

        if (!watched.StallReported)
        {
            watched.StallReported = true;
            if (State == CaptureState.Running)
            {
                Enter(CaptureState.Stalled);
            }

            Report(SourceEventKind.Stalled, $"'{Name}' has given nothing for {options.StallTimeout.TotalSeconds:0.#} s.");
        }

        if (inside < options.AbandonTimeout || !watched.TryAbandon())
        {
            return;
        }

        string message = $"'{Name}' has not answered for {options.AbandonTimeout.TotalSeconds:0.#} s; the call into it was given up.";
        if (!IsLive || (!everOpened && !options.WaitForSource))
        {
            Fail(new UserErrorException(ExitCode.NoSource, $"{message} Check the device, the network or what should be writing to it."));
            return;
        }

        watched.Source.Interrupt();
        Report(SourceEventKind.Abandoned, $"{message} It is opened anew.");
        try
        {
            Volatile.Write(ref session, new CaptureSession(create()));
            StartThread();
        }
        catch (UserErrorException error)
        {
            Fail(error);
        }
    }
}
