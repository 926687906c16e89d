using System.Diagnostics;

namespace RoboPerception.Capture;

/// <summary>
/// One thread with one source. Calls into the source are bracketed, so that the watchdog sees how long one lasts and can
/// give it up: from then on the thread, if its call ever returns, only cleans up after itself.
/// </summary>
internal sealed class CaptureSession(FrameSource source)
{
    private const int Outside = 0;
    private const int Inside = 1;
    private const int GivenUp = 2;

    private int phase;
    private long entered;

    public FrameSource Source { get; } = source;

    /// <summary>True once the watchdog gave this session up.</summary>
    public bool IsAbandoned => Volatile.Read(ref phase) == GivenUp;

    /// <summary>The current call was reported as stalled.</summary>
    public bool StallReported { get; set; }

    /// <summary>How long the current call into the source has lasted; zero outside of one.</summary>
    public TimeSpan InsideFor => Volatile.Read(ref phase) == Inside ? Stopwatch.GetElapsedTime(Volatile.Read(ref entered)) : TimeSpan.Zero;

    public void Enter()
    {
        Volatile.Write(ref entered, Stopwatch.GetTimestamp());
        Interlocked.CompareExchange(ref phase, Inside, Outside);
    }

    /// <summary>False if the call was given up meanwhile: the session must touch nothing that is shared.</summary>
    public bool Leave() => Interlocked.CompareExchange(ref phase, Outside, Inside) == Inside;

    /// <summary>True if a call was running and is now given up.</summary>
    public bool TryAbandon() => Interlocked.CompareExchange(ref phase, GivenUp, Inside) == Inside;
}
