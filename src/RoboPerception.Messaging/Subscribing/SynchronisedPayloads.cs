using RoboPerception.Core;

namespace RoboPerception.Messaging;

/// <summary>All subscribed outputs of one camera frame.</summary>
public sealed class SynchronisedPayloads
{
    private readonly Dictionary<OutputKind, ReceivedPayload> parts = [];

    internal SynchronisedPayloads(ulong sequence, uint sessionId) => (Sequence, SessionId) = (sequence, sessionId);

    /// <summary>Frame number.</summary>
    public ulong Sequence { get; }

    /// <summary>Session of the node.</summary>
    public uint SessionId { get; }

    /// <summary>One output of the frame.</summary>
    public ReceivedPayload this[OutputKind kind] => parts[kind];

    internal int Count => parts.Count;

    internal void Add(ReceivedPayload payload) => parts[payload.Header.Kind] = payload;
}
