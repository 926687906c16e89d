using Google.Protobuf.Reflection;
using RoboPerception.Node.Recorders;
using RoboPerception.Recording.Schemas;

namespace RoboPerception.Node.Web.Foxglove;

/// <summary>A message of a channel, written once for all who are subscribed.</summary>
/// <param name="LogTime">Nanoseconds since the UNIX epoch.</param>
/// <param name="Data">In the channel's encoding.</param>
internal sealed record FoxgloveMessage(long LogTime, byte[] Data);

/// <summary>A stream that clients may subscribe to. Safe from any thread.</summary>
internal sealed class FoxgloveChannel
{
    private readonly Lock gate = new();
    private volatile FoxgloveSubscription[] subscriptions = [];
    private readonly Queue<FoxgloveMessage> standing = new();
    private long offered;

    private FoxgloveChannel(int id, string topic, string encoding, string schemaName, string schemaEncoding, string schema, int kept)
    {
        (Kept, Topic) = (kept, topic);
        Description = new ChannelDescription(id, topic, encoding, schemaName, schema, schemaEncoding);
    }

    /// <summary>As it is advertised.</summary>
    public ChannelDescription Description { get; }

    /// <summary>Its name, that of the recording's channel.</summary>
    public string Topic { get; }

    /// <summary>Messages that may wait for one client; a newer one then takes the place of the oldest.</summary>
    public int Kept { get; }

    /// <summary>Whether a message would reach anybody. Costs nothing; asked before anything is encoded.</summary>
    public bool IsWatched => subscriptions.Length > 0;

    /// <summary>Messages that were written for this channel, whatever the number of subscribers.</summary>
    public long Offered => Interlocked.Read(ref offered);

    /// <summary>A channel of protobuf messages, which carries their definitions.</summary>
    public static FoxgloveChannel Protobuf(int id, string topic, MessageDescriptor type, int kept = 1) =>
        new(id, topic, "protobuf", type.FullName, "protobuf", Convert.ToBase64String(FoxgloveSchemas.Definitions), kept);

    /// <summary>A channel of JSON documents.</summary>
    public static FoxgloveChannel Json(int id, string topic) =>
        new(id, topic, "json", FoxgloveMessages.DocumentSchema, "jsonschema", System.Text.Encoding.UTF8.GetString(FoxgloveMessages.DocumentDefinition), kept: 1);

    /// <summary>Gives a message to every subscriber's slot; never waits.</summary>
    public void Offer(FoxgloveMessage message)
    {
        Interlocked.Increment(ref offered);
        foreach (FoxgloveSubscription subscription in subscriptions)
        {
            subscription.Put(message);
        }
    }

    /// <summary>A message that holds until newer ones take its place: whoever subscribes later is given it at once.</summary>
    public void Stand(FoxgloveMessage message)
    {
        lock (gate)
        {
            if (standing.Count == Kept)
            {
                standing.Dequeue();
            }
            standing.Enqueue(message);
            Offer(message);
        }
    }

    /// <summary>Adds a subscriber.</summary>
    public void Add(FoxgloveSubscription subscription)
    {
        lock (gate)
        {
            subscriptions = [.. subscriptions, subscription];
            foreach (FoxgloveMessage message in standing)
            {
                subscription.Put(message);
            }
        }
    }

    /// <summary>A subscriber left.</summary>
    public void Remove(FoxgloveSubscription subscription)
    {
        lock (gate)
        {
            subscriptions = [.. subscriptions.Where(s => s != subscription)];
        }
    }
}
