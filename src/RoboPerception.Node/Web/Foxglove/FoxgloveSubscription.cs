using System.Diagnostics.CodeAnalysis;

namespace RoboPerception.Node.Web.Foxglove;

/// <summary>
/// One client's slot for one channel. The newest message wins: what a slow client has not fetched is replaced, so that neither memory nor age
/// grows with its slowness.
/// </summary>
/// <param name="id">The client's number for it.</param>
/// <param name="channel">Where its messages come from.</param>
/// <param name="wake">Told that there is something to send; never waits.</param>
internal sealed class FoxgloveSubscription(uint id, FoxgloveChannel channel, Action wake)
{
    private readonly Lock gate = new();
    private readonly Queue<FoxgloveMessage> waiting = new(channel.Kept);
    private long missed;

    /// <summary>The client's number for it.</summary>
    public uint Id { get; } = id;

    /// <summary>Where its messages come from.</summary>
    public FoxgloveChannel Channel { get; } = channel;

    /// <summary>Messages that newer ones replaced.</summary>
    public long Missed => Interlocked.Read(ref missed);

    /// <summary>Messages that wait.</summary>
    public int Waiting
    {
        get
        {
            lock (gate)
            {
                return waiting.Count;
            }
        }
    }

    /// <summary>Offers a message.</summary>
    public void Put(FoxgloveMessage message)
    {
        lock (gate)
        {
            if (waiting.Count == Channel.Kept)
            {
                waiting.Dequeue();
                Interlocked.Increment(ref missed);
            }
            waiting.Enqueue(message);
        }
        wake();
    }

    /// <summary>Takes the oldest that waits.</summary>
    public bool TryTake([NotNullWhen(true)] out FoxgloveMessage? message)
    {
        lock (gate)
        {
            return waiting.TryDequeue(out message);
        }
    }
}
