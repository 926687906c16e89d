namespace RoboPerception.Messaging;

/// <summary>Topic <c>status</c>.</summary>
/// <param name="State">One of <see cref="NodeStates"/>.</param>
/// <param name="Session">Changes with every start of the node; a will of an old session must not end a new one.</param>
/// <param name="Since">When the state began, RFC 3339 in UTC; null in a will, which was written before it came true.</param>
public sealed record StatusDocument(string State, string Session, DateTimeOffset? Since = null)
{
    /// <summary>Why, for people; null when there is nothing to say.</summary>
    public string? Message { get; init; }
}

/// <summary>The states of a node: starting, building, warming, ready or degraded, stopping, stopped (conventions section 5).</summary>
public static class NodeStates
{
    /// <summary>Reading configuration, opening sources.</summary>
    public const string Starting = "starting";

    /// <summary>An engine is being built.</summary>
    public const string Building = "building";

    /// <summary>First runs, nothing published yet.</summary>
    public const string Warming = "warming";

    /// <summary>Frames flow.</summary>
    public const string Ready = "ready";

    /// <summary>Something is missing, the rest works.</summary>
    public const string Degraded = "degraded";

    /// <summary>Shutting down.</summary>
    public const string Stopping = "stopping";

    /// <summary>Ended on purpose.</summary>
    public const string Stopped = "stopped";

    /// <summary>The broker's word, by the will: the node vanished.</summary>
    public const string Lost = "lost";
}
