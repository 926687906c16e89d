namespace RoboPerception.Capture;

/// <summary>What asking a source for its next frame led to.</summary>
internal enum GrabOutcome
{
    /// <summary>A frame is there, stamped and ready to be retrieved.</summary>
    Frame,

    /// <summary>The recording is over.</summary>
    End,

    /// <summary>The device or stream is gone; opening it again may bring it back.</summary>
    Lost,
}
