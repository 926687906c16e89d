using System.Numerics;
using RoboPerception.Core;

namespace RoboPerception.Training.Data;

/// <summary>
/// An HDF5 file opened for reading arrays of numbers in its root group, one entry at a time: the file may be larger than memory. What MATLAB 7.3
/// and h5py write is read: either form of headers, compact, contiguous and chunked arrays, deflate, shuffling, Fletcher's checksums. May be used
/// from several threads; they take turns. Every length is compared with what can be there before room is taken: what one call takes is bounded by
/// the file's length, and a damaged file ends in an exception that names it.
/// </summary>
internal sealed class Hdf5File : IDisposable
{
    // An array may be larger than what is stored (compressed, or never written), but not without limit.
    private const long LeastLimit = 16 << 20;

    private readonly Lock gate = new();
    private readonly Dictionary<string, Hdf5Array> arrays = new(StringComparer.Ordinal);
    private readonly Hdf5Bytes file;
    private readonly Hdf5Links links;
    private readonly string path;
    private readonly long limit;
    private bool isDisposed;

    private Hdf5File(string path, Hdf5Bytes file)
    {
        this.path = path;
        this.file = file;
        file.Allow();
        links = Hdf5Links.Read(file);
        limit = Math.Max(LeastLimit, 10 * file.Length);
    }

    /// <summary>Opens a file.</summary>
    /// <exception cref="UserErrorException">It is missing or not HDF5.</exception>
    public static Hdf5File Open(string path)
    {
        if (!File.Exists(path))
        {
            throw new UserErrorException(ExitCode.NoSource, $"Data file '{path}' does not exist; name it with --data.");
        }

        Hdf5Bytes? file = null;
        try
        {
            file = new Hdf5Bytes(path);
            return new Hdf5File(path, file);
        }
        catch (Exception error) when (IsDamage(error))
        {
            file?.Dispose();
            throw new UserErrorException(ExitCode.NoSource, $"'{path}' is not a readable HDF5 file (MATLAB 7.3): it is damaged, cut short or of another format ({error.Message.TrimEnd('.')}).", error);
        }
    }

    /// <summary>Dimensions of an array, slowest first: those of MATLAB in reverse.</summary>
    /// <exception cref="UserErrorException">There is no such array.</exception>
    public IReadOnlyList<int> Shape(string name) => InTurn(name, 0, array => array.Shape);

    /// <summary>One entry of the slowest dimension, its elements converted to a type of ours; what that cannot hold becomes its nearest value.</summary>
    /// <exception cref="UserErrorException">There is no such array or entry, or its data are damaged.</exception>
    public T[] Entry<T>(string name, int index)
        where T : unmanaged, INumber<T> => InTurn(name, index, array => array.Shape.Count > 0 && index >= 0 && index < array.Shape[0]
            ? array.Read<T>(index, 1, limit)
            : throw new UserErrorException(ExitCode.NoSource, $"Array '{name}' of '{path}' has no entry {index}; its shape is ({string.Join(", ", array.Shape)})."));

    /// <summary>All elements of an array.</summary>
    /// <exception cref="UserErrorException">There is no such array, or its data are damaged.</exception>
    public T[] All<T>(string name)
        where T : unmanaged, INumber<T> => InTurn(name, 0, array => array.Read<T>(0, array.Shape.Count == 0 ? 1 : array.Shape[0], limit));

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (gate)
        {
            isDisposed = true;
            arrays.Clear();
            file.Dispose();
        }
    }

    private static bool IsDamage(Exception error) => error is FormatException or InvalidDataException or OverflowException or IOException or UnauthorizedAccessException;

    private Hdf5Array Find(string name)
    {
        if (!arrays.TryGetValue(name, out var array))
        {
            var address = links.Find(name) ?? throw (links.HasMore
                ? new FormatException("names are listed in a way of HDF5 1.8 and later; 'h5repack -f GZIP=4 IN OUT' lists them as MATLAB does")
                : new UserErrorException(ExitCode.NoSource, $"'{path}' holds no array '{name}'."));
            arrays[name] = array = Hdf5Array.Open(file, address);
        }

        return array;
    }

    private TResult InTurn<TResult>(string name, int entry, Func<Hdf5Array, TResult> read)
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(isDisposed, this);
            file.Allow();
            try
            {
                return read(Find(name));
            }
            catch (Exception error) when (IsDamage(error))
            {
                throw new UserErrorException(ExitCode.NoSource, $"Array '{name}' of '{path}' cannot be read at {entry}: its data are damaged, cut short or of a kind that is not read ({error.Message.TrimEnd('.')}).", error);
            }
        }
    }
}
