namespace RoboPerception.Core;

/// <summary>Why a frame did not become a prediction. Every drop is counted under exactly one of these.</summary>
public enum DropCause
{
    /// <summary>A newer frame was there before inference took this one (live sources).</summary>
    Stale,

    /// <summary>A newer prediction was there before the network took this one.</summary>
    Superseded,

    /// <summary>The source delivered a frame that could not be decoded.</summary>
    Corrupt,

    /// <summary>Inference failed on this frame.</summary>
    Failed,

    /// <summary>The broker was away.</summary>
    Disconnected,

    /// <summary>The camera is told to give fewer frames (<c>cameras[].rate</c>).</summary>
    Limited,
}

/// <summary>Names of the causes as they appear in metrics, the dashboard and Prometheus.</summary>
public static class DropCauses
{
    /// <summary>All causes, in enum order.</summary>
    public static IReadOnlyList<DropCause> All { get; } = Enum.GetValues<DropCause>();

    /// <summary>The cause in lower case.</summary>
    public static string Name(this DropCause cause) => cause switch
    {
        DropCause.Stale => "stale",
        DropCause.Superseded => "superseded",
        DropCause.Corrupt => "corrupt",
        DropCause.Failed => "failed",
        DropCause.Disconnected => "disconnected",
        DropCause.Limited => "limited",
        _ => throw new ArgumentOutOfRangeException(nameof(cause), cause, "Unknown drop cause."),
    };
}
