using RoboPerception.Messaging;
using RoboPerception.Node.Health;

namespace RoboPerception.Node.Hosting;

/// <summary>The state of the node (conventions section 5), told to subscribers and to systemd whenever it changes.</summary>
internal sealed class NodeState(NodeIdentity identity, BrokerService broker, ServiceManager manager)
{
    private volatile string current = NodeStates.Starting;

    /// <summary>One of <see cref="NodeStates"/>.</summary>
    public string Current => current;

    /// <summary>Goes to another state; the present one is not told again.</summary>
    public void Set(string next)
    {
        if (next == current)
        {
            return;
        }
        current = next;
        broker.Connection.SetRetained(identity.Topics.Status, MessageJson.Write(new StatusDocument(next, identity.Session, DateTimeOffset.UtcNow)));
        manager.Status(next);
    }
}
