namespace RoboPerception.Scenes;

/// <summary>
/// Threads that work through numbered pieces of a job together with the caller. Pieces never share results, so who takes
/// which piece cannot change a pixel. Running a job allocates nothing.
/// </summary>
internal sealed class WorkerTeam : IDisposable
{
    private readonly Thread[] _threads;
    private readonly SemaphoreSlim _start = new(0);
    private readonly SemaphoreSlim _done = new(0);
    private Action<int, int>? _job;
    private Exception? _failure;
    private int _pieces;
    private int _next;
    private volatile bool _closing;

    /// <summary>Starts size - 1 threads; the caller of <see cref="Run"/> is the last worker.</summary>
    public WorkerTeam(int size)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size);
        Size = size;
        _threads = new Thread[size - 1];
        for (int i = 0; i < _threads.Length; i++)
        {
            int worker = i + 1;
            _threads[i] = new Thread(() => Serve(worker)) { IsBackground = true, Name = $"scene-worker-{worker}" };
            _threads[i].Start();
        }
    }

    /// <summary>Workers, the caller included.</summary>
    public int Size { get; }

    /// <summary>Calls job(worker, piece) for every piece and returns when all are done.</summary>
    public void Run(int pieces, Action<int, int> job)
    {
        ObjectDisposedException.ThrowIf(_closing, this);
        _job = job;
        _pieces = pieces;
        _failure = null;
        Volatile.Write(ref _next, 0);
        if (_threads.Length > 0)
        {
            _start.Release(_threads.Length);
        }
        Work(0);
        for (int i = 0; i < _threads.Length; i++)
        {
            _done.Wait();
        }
        if (_failure is { } failure)
        {
            throw new InvalidOperationException("Rendering failed in a worker thread: " + failure.Message, failure);
        }
    }

    public void Dispose()
    {
        if (_closing)
        {
            return;
        }
        _closing = true;
        if (_threads.Length > 0)
        {
            _start.Release(_threads.Length);
        }
        foreach (Thread thread in _threads)
        {
            thread.Join();
        }
        _start.Dispose();
        _done.Dispose();
    }

    private void Serve(int worker)
    {
        while (true)
        {
            _start.Wait();
            if (_closing)
            {
                return;
            }
            Work(worker);
            _done.Release();
        }
    }

#pragma warning disable CA1031 // A worker's exception, whatever it is, must reach the caller of Run instead of ending the process.
    private void Work(int worker)
    {
        try
        {
            int piece;
            while ((piece = Interlocked.Increment(ref _next) - 1) < _pieces)
            {
                _job!(worker, piece);
            }
        }
        catch (Exception e)
        {
            _failure = e;
            Volatile.Write(ref _next, _pieces);
        }
    }
#pragma warning restore CA1031
}
