namespace RoboPerception.Messaging;

/// <summary>Topics that the broker does not take on this connection, and why.</summary>
internal sealed class RefusedTopics
{
    private readonly Lock gate = new();
    private readonly HashSet<string> said = [];
    private Dictionary<string, string> current = [];

    /// <summary>A snapshot.</summary>
    public IReadOnlyDictionary<string, string> Current
    {
        get
        {
            lock (gate)
            {
                return current;
            }
        }
    }

    /// <summary>Notes a refusal. True the first time on this connection: then it is worth a message.</summary>
    public bool Add(string topic, string reason)
    {
        lock (gate)
        {
            if (!current.TryGetValue(topic, out string? known) || known != reason)
            {
                current = new Dictionary<string, string>(current) { [topic] = reason };
            }
            return said.Add(topic);
        }
    }

    /// <summary>The broker takes the topic.</summary>
    public void Remove(string topic)
    {
        lock (gate)
        {
            if (current.ContainsKey(topic))
            {
                current = new Dictionary<string, string>(current);
                current.Remove(topic);
            }
        }
    }

    /// <summary>A new connection: everything may be different.</summary>
    public void Clear()
    {
        lock (gate)
        {
            said.Clear();
            current = [];
        }
    }
}
