namespace RoboPerception.Scenes;

/// <summary>
/// Threads that work through numbered pieces of a job together with the caller. Pieces never share results, so who takes
/// which piece cannot change a pixel. Running a job allocates nothing.
/// </summary>
internal sealed class WorkerTeam : IDisposable
{
    private readonly Thread[] threads;
    private readonly SemaphoreSlim start = new(0);
    private readonly SemaphoreSlim done = new(0);
    private Action<int, int>? job;
    private Exception? failure;
    private int pieces;
    private int next;
    private volatile bool closing;

    /// <summary>Starts size - 1 threads; the caller of <see cref="Run"/> is the last worker.</summary>
    public WorkerTeam(int size)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size);
        Size = size;
        threads = new Thread[size - 1];
        for (int i = 0; i < threads.Length; i++)
        {
            int worker = i + 1;
            threads[i] = new Thread(() => Serve(worker)) { IsBackground = true, Name = $"scene-worker-{worker}" };
            threads[i].Start();
        }
    }

    /// <summary>Workers, the caller included.</summary>
    public int Size { get; }

    /// <summary>Calls job(worker, piece) for every piece and returns when all are done.</summary>
    public void Run(int pieces, Action<int, int> job)
    {
        ObjectDisposedException.ThrowIf(closing, this);
        this.job = job;
        this.pieces = pieces;
        this.failure = null;
        Volatile.Write(ref next, 0);
        if (threads.Length > 0)
        {
            start.Release(threads.Length);
        }
        Work(0);
        for (int i = 0; i < threads.Length; i++)
        {
            done.Wait();
        }
        if (this.failure is { } failure)
        {
            throw new InvalidOperationException("Rendering failed in a worker thread: " + failure.Message, failure);
        }
    }

    public void Dispose()
    {
        if (closing)
        {
            return;
        }
        closing = true;
        if (threads.Length > 0)
        {
            start.Release(threads.Length);
        }
        foreach (Thread thread in threads)
        {
            thread.Join();
        }
        start.Dispose();
        done.Dispose();
    }

    private void Serve(int worker)
    {
        while (true)
        {
            start.Wait();
            if (closing)
            {
                return;
            }
            Work(worker);
            done.Release();
        }
    }

#pragma warning disable CA1031 // A worker's exception, whatever it is, must reach the caller of Run instead of ending the process.
    private void Work(int worker)
    {
        try
        {
            int piece;
            while ((piece = Interlocked.Increment(ref next) - 1) < pieces)
            {
                job!(worker, piece);
            }
        }
        catch (Exception e)
        {
            failure = e;
            Volatile.Write(ref next, pieces);
        }
    }
#pragma warning restore CA1031
}
