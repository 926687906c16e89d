using System.Numerics;
using PureHDF;
using PureHDF.Selections;
using PureHDF.VOL.Native;
using RoboPerception.Core;

namespace RoboPerception.Training.Data;

/// <summary>
/// An HDF5 file (MATLAB 7.3) opened for reading arrays of numbers, one entry at a time: the file may be larger than memory. May be used from
/// several threads; they take turns. Whatever a damaged file makes the reader do ends in an exception that names it.
/// </summary>
internal sealed class Hdf5File : IDisposable
{
    // An array may be larger than what is stored (compressed, or never written), but not without limit.
    private const long LeastLimit = 16 << 20;

    // What the reader takes for each chunk of an array beside the chunk itself.
    private const ulong ChunkOverhead = 64;

    // Bytes of a file that is rather held in memory.
    private const long InMemory = 16 << 20;

    private readonly Lock gate = new();
    private readonly Dictionary<string, SimpleReadingChunkCache> caches = new(StringComparer.Ordinal);
    private readonly NativeFile file;
    private readonly Hdf5Stream stream;
    private readonly string path;
    private readonly long limit;
    private bool isDisposed;

    private Hdf5File(string path, Hdf5Stream stream, NativeFile file)
    {
        this.path = path;
        this.stream = stream;
        this.file = file;
        limit = Math.Max(LeastLimit, 10 * stream.Length);
    }

    /// <summary>Opens a file.</summary>
    /// <exception cref="UserErrorException">It is missing or not HDF5.</exception>
    public static Hdf5File Open(string path)
    {
        if (!File.Exists(path))
        {
            throw new UserErrorException(ExitCode.NoSource, $"Data file '{path}' does not exist; name it with --data.");
        }

        Hdf5Stream? stream = null;
        try
        {
            stream = new Hdf5Stream(Opened(path));
            return new Hdf5File(path, stream, H5File.Open(stream));
        }
        catch (Exception error) when (IsDamage(error))
        {
            stream?.Dispose();
            throw new UserErrorException(ExitCode.NoSource, $"'{path}' is not a readable HDF5 file (MATLAB 7.3): it is damaged, cut short or of another format ({error.Message.TrimEnd('.')}).", error);
        }
    }

    /// <summary>Dimensions of an array, slowest first: those of MATLAB in reverse.</summary>
    /// <exception cref="UserErrorException">There is no such array.</exception>
    public IReadOnlyList<int> Shape(string name) => InTurn(name, 0, dataset => dataset.Space.Dimensions.Select(dimension => checked((int)dimension)).ToArray());

    /// <summary>One entry of the slowest dimension, its elements converted to a type of ours; what that cannot hold becomes its nearest value.</summary>
    /// <exception cref="UserErrorException">There is no such array or entry, or its data are damaged.</exception>
    public T[] Entry<T>(string name, int index)
        where T : unmanaged, INumber<T>
    {
        var shape = Shape(name);
        if (shape.Count == 0 || index < 0 || index >= shape[0])
        {
            throw new UserErrorException(ExitCode.NoSource, $"Array '{name}' of '{path}' has no entry {index}; its shape is ({string.Join(", ", shape)}).");
        }

        var start = new ulong[shape.Count];
        ulong[] count = [.. shape.Select(dimension => (ulong)dimension)];
        (start[0], count[0]) = ((ulong)index, 1);
        return Read<T>(name, start, count);
    }

    /// <summary>All elements of an array.</summary>
    /// <exception cref="UserErrorException">There is no such array, or its data are damaged.</exception>
    public T[] All<T>(string name)
        where T : unmanaged, INumber<T>
    {
        var shape = Shape(name);
        return Read<T>(name, new ulong[shape.Count], [.. shape.Select(dimension => (ulong)dimension)]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (gate)
        {
            isDisposed = true;
            caches.Clear();
            file.Dispose();
            stream.Dispose();
        }
    }

    // PureHDF jumps about in steps of a few bytes, each of which would fill a file's buffer anew.
    private static Stream Opened(string path) => new FileInfo(path).Length <= InMemory
        ? new MemoryStream(File.ReadAllBytes(path), writable: false)
        : new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);

    // PureHDF throws plain Exception, and on damage whatever the damage leads to: no list of kinds would hold.
    private static bool IsDamage(Exception error) => error is not UserErrorException;

    private T[] Read<T>(string name, ulong[] start, ulong[] count)
        where T : unmanaged, INumber<T> => InTurn(name, start.FirstOrDefault(), dataset =>
        {
            var length = count.Aggregate(1UL, (product, dimension) => checked(product * dimension));
            var (chunks, inChunks) = dataset.Layout.Class switch
            {
                H5DataLayoutClass.Chunked => Touched(dataset.Layout.Chunks, count),
                H5DataLayoutClass.VirtualStorage => throw new FormatException("it lies in other files"),
                _ => (1UL, 0UL),
            };
            var size = checked((ulong)dataset.Type.Size);
            if (size is 0 or > 8 || checked((Math.Max(length, inChunks) * size) + (chunks * ChunkOverhead)) > (ulong)limit)
            {
                throw new FormatException($"{length} elements of {size} bytes in {chunks} chunks of {inChunks} are more than the file can hold");
            }

            stream.Rank = start.Length;

            var selection = new Part(start.Length == 0 ? null : new HyperslabSelection(start.Length, start, count), Cache(name, chunks, inChunks * size));
            return dataset.Type switch
            {
                { Class: H5DataTypeClass.FloatingPoint, Size: 4 } => Convert<float, T>(dataset, selection),
                { Class: H5DataTypeClass.FloatingPoint, Size: 8 } => Convert<double, T>(dataset, selection),
                { Class: H5DataTypeClass.FixedPoint, Size: 1, FixedPoint.IsSigned: false } => Convert<byte, T>(dataset, selection),
                { Class: H5DataTypeClass.FixedPoint, Size: 1 } => Convert<sbyte, T>(dataset, selection),
                { Class: H5DataTypeClass.FixedPoint, Size: 2, FixedPoint.IsSigned: false } => Convert<ushort, T>(dataset, selection),
                { Class: H5DataTypeClass.FixedPoint, Size: 2 } => Convert<short, T>(dataset, selection),
                { Class: H5DataTypeClass.FixedPoint, Size: 4, FixedPoint.IsSigned: false } => Convert<uint, T>(dataset, selection),
                { Class: H5DataTypeClass.FixedPoint, Size: 4 } => Convert<int, T>(dataset, selection),
                { Class: H5DataTypeClass.FixedPoint, Size: 8, FixedPoint.IsSigned: false } => Convert<ulong, T>(dataset, selection),
                { Class: H5DataTypeClass.FixedPoint, Size: 8 } => Convert<long, T>(dataset, selection),
                _ => throw new FormatException($"its elements are {dataset.Type.Class} of {size} bytes, not numbers"),
            };
        });

    private static TTo[] Convert<TFrom, TTo>(IH5Dataset dataset, Part part)
        where TFrom : unmanaged, INumber<TFrom>
        where TTo : unmanaged, INumber<TTo>
    {
        var values = dataset is NativeDataset native ? native.Read<TFrom[]>(part.Access, part.Selection) : dataset.Read<TFrom[]>(part.Selection);
        return values is TTo[] same ? same : Array.ConvertAll(values, TTo.CreateSaturating);
    }

    // How many chunks an entry lies in, and the elements of all of them: MATLAB's chunks hold parts of several entries.
    private static (ulong Chunks, ulong Elements) Touched(ulong[] chunk, ulong[] count)
    {
        var chunks = count.Zip(chunk).Aggregate(1UL, (product, pair) => checked(product * ((pair.First + pair.Second - 1) / pair.Second)));
        return (chunks, chunk.Take(count.Length).Aggregate(chunks, (product, dimension) => checked(product * dimension)));
    }

    // PureHDF reads row by row, and would inflate a chunk again for each of its rows if all chunks of an entry did not fit; kept, because the
    // next entry often lies in the same chunks.
    private SimpleReadingChunkCache Cache(string name, ulong chunks, ulong bytes)
    {
        var slots = checked((int)Math.Max(chunks, 1));
        if (!caches.TryGetValue(name, out var cache) || cache.ChunkSlotCount < slots || cache.ByteCount < bytes)
        {
            caches[name] = cache = new SimpleReadingChunkCache(slots, bytes);
        }

        return cache;
    }

    private TResult InTurn<TResult>(string name, ulong entry, Func<IH5Dataset, TResult> read)
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(isDisposed, this);
            stream.Allow(limit);
            try
            {
                return read(file.LinkExists(name) && file.Get(name) is IH5Dataset dataset
                    ? dataset
                    : throw new UserErrorException(ExitCode.NoSource, $"'{path}' holds no array '{name}'."));
            }
            catch (Exception error) when (IsDamage(error))
            {
                throw new UserErrorException(ExitCode.NoSource, $"Array '{name}' of '{path}' cannot be read at {entry}: its data are damaged, cut short or of a kind that is not read ({error.Message.TrimEnd('.')}).", error);
            }
        }
    }

    private sealed record Part(Selection? Selection, SimpleReadingChunkCache Cache)
    {
        public H5DatasetAccess Access { get; } = new(ChunkCache: Cache);
    }
}
