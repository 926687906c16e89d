namespace RoboPerception.Capture;

/// <summary>Where a <see cref="CaptureLoop"/> stands; health derives starved and dead from it.</summary>
internal enum CaptureState
{
    /// <summary>Not started, or opening for the first time.</summary>
    Opening,

    /// <summary>Frames come.</summary>
    Running,

    /// <summary>Open, but no frame comes.</summary>
    Stalled,

    /// <summary>Lost; being opened again.</summary>
    Reopening,

    /// <summary>The recording is over.</summary>
    Ended,

    /// <summary>Ended by an error.</summary>
    Failed,

    /// <summary>Ended by Stop.</summary>
    Stopped,
}
