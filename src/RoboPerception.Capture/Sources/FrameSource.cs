using OpenCvSharp;
using RoboPerception.Core;

namespace RoboPerception.Capture;

/// <summary>
/// Where frames come from. A source is used by one thread at a time: Open, then Grab and Retrieve in turn, then Close;
/// it can be opened again after Close. Grabbing is separate from decoding so that the stamp is that of the grab.
/// </summary>
/// <param name="name">Name for logs and events, without any secret of the address.</param>
/// <param name="isLive">True for sources that run whether or not somebody looks (cameras, streams); false for recordings.</param>
internal abstract class FrameSource(string name, bool isLive) : IDisposable
{
    /// <summary>
    /// Recordings have no time of day. Their stamps start here (2000-01-01T00:00:00Z, in nanoseconds since the UNIX epoch)
    /// and go on with the recording's own time, so that two replays of one file carry the same stamps.
    /// </summary>
    public const long RecordingEpoch = 946_684_800_000_000_000;

    private int disposed;

    /// <summary>Name for logs and events, without any secret of the address.</summary>
    public string Name { get; } = name;

    /// <summary>Live: newest frame wins, lost sources are reopened. Otherwise a recording: nothing is dropped.</summary>
    public bool IsLive { get; } = isLive;

    /// <summary>Frames per second as the source declares them once open; 0 if it does not.</summary>
    public double FramesPerSecond { get; protected set; }

    /// <summary>Frames a recording should hold by its own account, once open; 0 if it does not say.</summary>
    public long DeclaredFrames { get; protected set; }

    /// <summary>
    /// Acquisition stamp of the last grabbed frame, nanoseconds since the UNIX epoch: the wall clock for live sources,
    /// <see cref="RecordingEpoch"/> plus the position in the recording otherwise.
    /// </summary>
    public long Stamp { get; protected set; }

    /// <summary>Damaged frames that the last grab stepped over on its way to the next sound one.</summary>
    public int SkippedFrames { get; protected set; }

    /// <summary>Frames that the source knows were lost on their way, because newer ones replaced them, between the last two grabs.</summary>
    public int MissedFrames { get; protected set; }

    /// <summary>Why the last grab found the source lost, in words for people and without secrets; null if the source cannot tell.</summary>
    public string? Trouble { get; protected set; }

    /// <summary>Opens the device, stream or file. May block for as long as its own time-outs.</summary>
    /// <exception cref="UserErrorException">It cannot be opened; the message names it and the remedy.</exception>
    public abstract void Open();

    /// <summary>Waits for the next frame and stamps it. Allocates nothing.</summary>
    public abstract GrabOutcome Grab();

    /// <summary>
    /// Decodes the grabbed frame into <paramref name="image"/> (rows x columns, 8-bit BGR), whose memory is used again if
    /// the size is the same. False if the frame is damaged.
    /// </summary>
    public abstract bool Retrieve(Mat image);

    /// <summary>Lets go of the device, stream or file; harmless if it is not open.</summary>
    public abstract void Close();

    /// <summary>
    /// Asks a call under way to come back soon, for good: the source is only closed after this. The one member that any thread may
    /// call at any time. Sources whose calls cannot be called off do nothing.
    /// </summary>
    public virtual void Interrupt()
    {
    }

    /// <summary>
    /// Waits between two tries to open: as long as told, or until a source that can see so at little cost is back. False if it is to end.
    /// Called by the thread that opens.
    /// </summary>
    /// <param name="wait">How long at most.</param>
    /// <param name="stopping">Set when all is to end.</param>
    public virtual bool WaitForReturn(TimeSpan wait, ManualResetEventSlim stopping)
    {
        ArgumentNullException.ThrowIfNull(stopping);
        return !stopping.Wait(wait);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref disposed, 1) != 0)
        {
            return;
        }

        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees what Open and the constructor took.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            Close();
        }
    }
}
