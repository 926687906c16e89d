namespace RoboPerception.Node.Logging;

/// <summary>The parts of the node that write to the log; each may have a level of its own (<c>log.levels.NAME</c>).</summary>
internal static class LogComponents
{
    /// <summary>The broker and the connection to it.</summary>
    public const string Broker = "broker";

    /// <summary>Sources, frames, what is published of them.</summary>
    public const string Camera = "camera";

    /// <summary>Execution providers.</summary>
    public const string Inference = "inference";

    /// <summary>The web server and who looks at it.</summary>
    public const string Http = "http";

    /// <summary>Recording and playing back.</summary>
    public const string Recording = "recording";

    /// <summary>Requests to the running node.</summary>
    public const string Remote = "remote";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [Broker, Camera, Inference, Http, Recording, Remote];
}
