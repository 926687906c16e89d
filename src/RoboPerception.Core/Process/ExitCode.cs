namespace RoboPerception.Core;

/// <summary>What a program's exit tells the shell (conventions section 5).</summary>
public enum ExitCode
{
    /// <summary>Done.</summary>
    Ok = 0,

    /// <summary>Something failed that is none of the others: a check that did not hold, an error of ours.</summary>
    Failed = 1,

    /// <summary>Wrong command line or configuration.</summary>
    Usage = 2,

    /// <summary>The model is missing or breaks the model contract.</summary>
    ModelContract = 3,

    /// <summary>No frames: the source is missing, unreadable or not what it says.</summary>
    NoSource = 4,

    /// <summary>The broker refused us, or ours could not start.</summary>
    Broker = 5,

    /// <summary>Ended by the user.</summary>
    Interrupted = 130,
}
