namespace RoboPerception.Capture;

/// <summary>At which speed a recording plays.</summary>
internal enum ReplayPace
{
    /// <summary>As recorded.</summary>
    Realtime,

    /// <summary>As fast as the consumer takes frames.</summary>
    Fast,
}

/// <summary>How a <see cref="CaptureLoop"/> runs its source.</summary>
internal sealed record CaptureOptions
{
    /// <summary>Speed of recordings; live sources have their own.</summary>
    public ReplayPace Pace { get; init; } = ReplayPace.Realtime;

    /// <summary>Starts recordings again at their end; sequence numbers and stamps keep increasing.</summary>
    public bool Loop { get; init; }

    /// <summary>Frames after which a recording ends; 0 = all. Counts delivered frames.</summary>
    public long MaximumFrames { get; init; }

    /// <summary>Frames a recording may be ahead of its consumer.</summary>
    public int QueueLength { get; init; } = 4;

    /// <summary>
    /// Frames that may be in use behind the slot at once (resize, run and whoever keeps one). The pool holds these, the
    /// slot's and the one being filled.
    /// </summary>
    public int FramesInUse { get; init; } = 2;

    /// <summary>A call into the source that takes longer is reported as a stall.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>A call that takes longer is given up: native reads cannot be interrupted, so a new thread opens the source anew.</summary>
    public TimeSpan AbandonTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Wait before the first attempt to reopen a live source; doubles with every failure.</summary>
    public TimeSpan FirstBackoff { get; init; } = TimeSpan.FromSeconds(0.25);

    /// <summary>Longest wait between two attempts: how long a camera that is back may go unnoticed.</summary>
    public TimeSpan LongestBackoff { get; init; } = TimeSpan.FromSeconds(0.75);

    /// <summary>True: a live source that is not there at the start is waited for. False: <see cref="CaptureLoop.Start"/> throws.</summary>
    public bool WaitForSource { get; init; }
}
