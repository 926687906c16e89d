namespace RoboPerception.Capture;

/// <summary>What happened to a source.</summary>
internal enum SourceEventKind
{
    /// <summary>It is open and delivers.</summary>
    Opened,

    /// <summary>A recording came to its end.</summary>
    Ended,

    /// <summary>A recording came to its end before the number of frames it declares.</summary>
    Truncated,

    /// <summary>A live source stopped delivering; it will be opened again.</summary>
    Lost,

    /// <summary>Opening it again failed; the next attempt follows.</summary>
    ReopenFailed,

    /// <summary>It is open, but a call into it does not come back.</summary>
    Stalled,

    /// <summary>A stalled call was given up and the source is opened anew beside it.</summary>
    Abandoned,

    /// <summary>It delivers again after a stall.</summary>
    Resumed,

    /// <summary>The image size changed in mid-stream.</summary>
    SizeChanged,

    /// <summary>It ended for good with an error (<see cref="CaptureLoop.Failure"/>).</summary>
    Failed,
}

/// <summary>Something that happened to a source, for logs, health and tests. Reported on the capture or watchdog thread; handle it quickly.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Source">The source's name, without secrets.</param>
/// <param name="Sequence">Sequence number of the next frame when it happened.</param>
/// <param name="Message">The same in words, with the source's name.</param>
internal readonly record struct SourceEvent(SourceEventKind Kind, string Source, long Sequence, string Message);
