using System.Globalization;

namespace RoboPerception.Messaging;

/// <summary>
/// Sessions of a node that another has followed. What still arrives of them is stale, unless the node's own status says that one of them
/// lives after all. Used from the receiving thread only.
/// </summary>
internal sealed class EndedSessions
{
    private const int Most = 64;

    private readonly List<uint> sessions = [];

    /// <summary>True if this session was followed by another.</summary>
    public bool Contains(uint session) => sessions.Contains(session);

    /// <summary>Another session has begun.</summary>
    public void Add(uint session)
    {
        if (sessions.Count == Most)
        {
            sessions.RemoveAt(0);
        }
        sessions.Add(session);
    }

    /// <summary>What the retained status says.</summary>
    public void Hear(StatusDocument status)
    {
        if (status.State is not (NodeStates.Stopped or NodeStates.Lost) && uint.TryParse(status.Session, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out uint session))
        {
            sessions.Remove(session);
        }
    }
}
