namespace OpenCvSharp;

/// <summary>Holds the handles of several matrices open while one native call reads them.</summary>
internal sealed class MatList : IDisposable
{
    private readonly OpenCvSafeHandle[] _held;
    private int _count;

    public MatList(Mat[] mats, string name)
    {
        ArgumentNullException.ThrowIfNull(mats, name);
        if (mats.Length == 0 || mats.Contains(null))
        {
            throw new ArgumentException("At least one matrix is needed, and none may be null.", name);
        }

        _held = new OpenCvSafeHandle[mats.Length];
        Pointers = new IntPtr[mats.Length];
        try
        {
            foreach (var mat in mats)
            {
                var added = false;
                var handle = mat.Handle;
                handle.DangerousAddRef(ref added);
                _held[_count] = handle;
                Pointers[_count++] = handle.DangerousGetHandle();
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public IntPtr[] Pointers { get; }

    public void Dispose()
    {
        while (_count > 0)
        {
            _held[--_count].DangerousRelease();
        }
    }
}
