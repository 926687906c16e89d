using Microsoft.Win32.SafeHandles;

namespace RoboPerception.Training.Data;

/// <summary>
/// The bytes of an HDF5 file, whose parts point at each other. No room is taken for what reaches beyond the end, and one call may read no more
/// than the file four times over: parts that point in circles meet that limit.
/// </summary>
internal sealed class Hdf5Bytes(string path) : IDisposable
{
    // Beside the file four times over: a very small one is read in many short steps. And what a step costs, however short.
    private const long Spare = 64 << 10, LeastStep = 64;

    private readonly SafeFileHandle file = File.OpenHandle(path);
    private long allowed;

    /// <summary>Bytes of the whole file.</summary>
    public long Length => field == 0 ? field = RandomAccess.GetLength(file) : field;

    /// <summary>Where addresses begin: a block of the writer's own may lie in front.</summary>
    public long Start { get; set; }

    /// <summary>Begins a call.</summary>
    public void Allow() => allowed = (4 * Length) + Spare;

    /// <summary>Bytes at an address.</summary>
    /// <exception cref="FormatException">It has no so many bytes there.</exception>
    public byte[] Read(ulong address, ulong count) => count <= Left(address) ? Take(address, count) : throw new FormatException($"it points at {count} bytes beyond its end");

    /// <summary>Bytes at an address, fewer where the file ends.</summary>
    public byte[] ReadUpTo(ulong address, ulong count) => Take(address, Math.Min(count, Left(address)));

    /// <inheritdoc/>
    public void Dispose() => file.Dispose();

    private ulong Left(ulong address) => address < (ulong)(Length - Start) ? (ulong)(Length - Start) - address : throw new FormatException("it points beyond its end");

    private byte[] Take(ulong address, ulong count)
    {
        allowed -= Math.Max((long)count, LeastStep);
        if (allowed < 0)
        {
            throw new FormatException("its parts point at each other in circles");
        }

        var bytes = GC.AllocateUninitializedArray<byte>(checked((int)count));
        for (var done = 0; done < bytes.Length;)
        {
            var read = RandomAccess.Read(file, bytes.AsSpan(done), Start + (long)address + done);
            done += read > 0 ? read : throw new EndOfStreamException("it became shorter while it was read");
        }

        return bytes;
    }
}
