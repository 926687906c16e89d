using System.Diagnostics.CodeAnalysis;
using MQTTnet.Packets;
using MQTTnet.Protocol;

namespace RoboPerception.Messaging;

/// <summary>What a connection subscribes to, and what of it changed since the broker was told. From any thread.</summary>
internal sealed class Subscriptions
{
    private readonly Lock gate = new();
    private readonly List<MqttTopicFilter> wanted = [];
    private readonly Queue<(MqttTopicFilter Filter, bool Wanted)> changes = new();

    /// <summary>Begins or ends one. False if that changes nothing.</summary>
    /// <param name="filter">Topics.</param>
    /// <param name="qos">Quality of service at most.</param>
    /// <param name="isWanted">Begin or end.</param>
    /// <param name="retainAsPublished">Messages keep the mark that their publisher wants them retained.</param>
    public bool Set(string filter, MqttQualityOfServiceLevel qos, bool isWanted, bool retainAsPublished = false)
    {
        lock (gate)
        {
            int place = wanted.FindIndex(f => f.Topic == filter);
            if (place >= 0 == isWanted)
            {
                return false;
            }
            MqttTopicFilter changed = isWanted ? new MqttTopicFilter { Topic = filter, QualityOfServiceLevel = qos, RetainAsPublished = retainAsPublished } : wanted[place];
            if (isWanted)
            {
                wanted.Add(changed);
            }
            else
            {
                wanted.RemoveAt(place);
            }
            changes.Enqueue((changed, isWanted));
            return true;
        }
    }

    /// <summary>All of them, for a new connection: no change is left to tell.</summary>
    public IReadOnlyList<MqttTopicFilter> TakeAll()
    {
        lock (gate)
        {
            changes.Clear();
            return [.. wanted];
        }
    }

    /// <summary>The next change the broker does not know of.</summary>
    public bool TryTakeChange([NotNullWhen(true)] out MqttTopicFilter? filter, out bool isWanted)
    {
        lock (gate)
        {
            bool any = changes.TryDequeue(out (MqttTopicFilter Filter, bool Wanted) change);
            (filter, isWanted) = any ? change : (null, false);
            return any;
        }
    }
}
