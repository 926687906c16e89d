namespace RoboPerception.Node.Remote;

/// <summary>Lets requests of one kind through one after another; so many may wait, the next is refused.</summary>
internal sealed class RemoteTurn(string name, int mostWaiting)
{
    private readonly Lock gate = new();
    private Task last = Task.CompletedTask;
    private int inside;

    /// <summary>Does it when it is its turn.</summary>
    /// <exception cref="RemoteRefusal">Too many wait.</exception>
    public async Task<RemoteAnswer> RunAsync(Func<Task<RemoteAnswer>> work, CancellationToken stop)
    {
        Task before;
        var mine = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (gate)
        {
            if (inside > mostWaiting)
            {
                throw new RemoteRefusal(mostWaiting == 0 ? $"a '{name}' is under way: wait for its answer" : $"a '{name}' is under way and {mostWaiting} more wait: ask again later");
            }
            inside++;
            (before, last) = (last, mine.Task);
        }
        try
        {
            await before.WaitAsync(stop).ConfigureAwait(false);
            return await work().ConfigureAwait(false);
        }
        finally
        {
            lock (gate)
            {
                inside--;
            }
            // Whoever gave up waiting does not let the next one in before the one ahead is done.
            _ = before.ContinueWith(_ => mine.SetResult(), TaskScheduler.Default);
        }
    }
}
