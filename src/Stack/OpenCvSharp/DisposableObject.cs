namespace OpenCvSharp;

/// <summary>Base of everything that holds native memory.</summary>
public abstract class DisposableObject : IDisposable
{
    private int _disposed;

    protected DisposableObject()
        : this(true)
    {
    }

    protected DisposableObject(bool isEnabledDispose) => IsEnabledDispose = isEnabledDispose;

    public bool IsDisposed
    {
        get => Volatile.Read(ref _disposed) != 0;
        protected set => Volatile.Write(ref _disposed, value ? 1 : 0);
    }

    /// <summary>False: the object owns nothing, and Dispose leaves it usable.</summary>
    public bool IsEnabledDispose { get; set; }

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    public void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(IsDisposed, this);

    // No finalizer: the safe handle below every object has its own.
    protected virtual void Dispose(bool disposing)
    {
        if (!IsEnabledDispose || Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        if (disposing)
        {
            DisposeManaged();
        }

        DisposeUnmanaged();
    }

    protected virtual void DisposeManaged()
    {
    }

    protected virtual void DisposeUnmanaged()
    {
    }
}
