using System.Threading.Channels;

namespace RoboPerception.Node.Web.Live;

/// <summary>A viewer's slot of one message: the newest wins. All viewers are given the same bytes.</summary>
internal sealed class ViewerSlot
{
    private readonly Channel<byte[]> channel;
    private long missed;

    /// <summary>An empty slot.</summary>
    public ViewerSlot() =>
        channel = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true }, _ => Interlocked.Increment(ref missed));

    /// <summary>Messages that a newer one replaced before this viewer was ready for them.</summary>
    public long Missed => Interlocked.Read(ref missed);

    /// <summary>Offers a message.</summary>
    public void Put(byte[] message) => channel.Writer.TryWrite(message);

    /// <summary>Waits for the newest message.</summary>
    public ValueTask<byte[]> TakeAsync(CancellationToken stop) => channel.Reader.ReadAsync(stop);
}
