namespace RoboPerception.Messaging;

/// <summary>A slot of one: the newest item wins, the one it replaces is counted.</summary>
internal sealed class Mailbox<T> : IDisposable
    where T : class
{
    private readonly SemaphoreSlim available = new(0, 1);
    private readonly Lock gate = new();
    private T? item;
    private long replaced;

    public long Replaced => Interlocked.Read(ref replaced);

    public void Put(T newest)
    {
        lock (gate)
        {
            if (item is not null)
            {
                Interlocked.Increment(ref replaced);
            }
            else if (available.CurrentCount == 0)
            {
                available.Release();
            }
            item = newest;
        }
    }

    /// <summary>Throws away what would be stale.</summary>
    public void Clear(Func<T, bool> isStale)
    {
        lock (gate)
        {
            if (item is not null && isStale(item))
            {
                item = null;
            }
        }
    }

    public async ValueTask<T?> TakeAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        long deadline = Environment.TickCount64 + (long)timeout.TotalMilliseconds;
        while (true)
        {
            int left = timeout == Timeout.InfiniteTimeSpan ? Timeout.Infinite : (int)Math.Clamp(deadline - Environment.TickCount64, 0, int.MaxValue);
            if (!await available.WaitAsync(left, cancellationToken).ConfigureAwait(false))
            {
                return null;
            }
            lock (gate)
            {
                // Empty after a signal: it was cleared in between.
                if (item is { } taken)
                {
                    item = null;
                    return taken;
                }
            }
        }
    }

    public void Dispose() => available.Dispose();
}
