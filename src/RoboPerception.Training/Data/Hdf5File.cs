using Microsoft.Win32.SafeHandles;
using RoboPerception.Core;

namespace RoboPerception.Training.Data;

/// <summary>An HDF5 file opened for reading arrays of numbers. May be used from several threads; they take turns.</summary>
internal sealed class Hdf5File : IDisposable
{
    private readonly Handle file;
    private readonly string path;

    private Hdf5File(string path, Handle file)
    {
        this.path = path;
        this.file = file;
    }

    /// <summary>Opens a file.</summary>
    /// <exception cref="UserErrorException">It is missing or not HDF5, or the library is not installed.</exception>
    public static Hdf5File Open(string path)
    {
        if (!File.Exists(path))
        {
            throw new UserErrorException(ExitCode.NoSource, $"Data file '{path}' does not exist; name it with --data.");
        }

        _ = Hdf5Library.Need();
        lock (Hdf5Library.Gate)
        {
            var id = Hdf5Library.H5Fopen(path, 0, 0);
            return id >= 0
                ? new Hdf5File(path, new Handle(id, Hdf5Library.H5Fclose))
                : throw new UserErrorException(ExitCode.NoSource, $"'{path}' is not a readable HDF5 file (MATLAB 7.3): it is damaged, cut short or of another format.");
        }
    }

    /// <summary>Whether an array is in the file.</summary>
    public bool Has(string name)
    {
        lock (Hdf5Library.Gate)
        {
            return Hdf5Library.H5Lexists(file.Id, name, 0) > 0;
        }
    }

    /// <summary>Dimensions of an array, slowest first: those of MATLAB in reverse.</summary>
    /// <exception cref="UserErrorException">There is no such array.</exception>
    public unsafe IReadOnlyList<int> Shape(string name)
    {
        lock (Hdf5Library.Gate)
        {
            using var dataset = OpenArray(name);
            using var space = new Handle(Hdf5Library.H5Dget_space(dataset.Id), Hdf5Library.H5Sclose);
            var dimensions = new ulong[Math.Max(Hdf5Library.H5Sget_simple_extent_ndims(space.Id), 0)];
            fixed (ulong* first = dimensions)
            {
                _ = Hdf5Library.H5Sget_simple_extent_dims(space.Id, first, null);
            }

            return [.. dimensions.Select(dimension => checked((int)dimension))];
        }
    }

    /// <summary>One entry of the slowest dimension, its elements converted by the library to a type of ours.</summary>
    /// <exception cref="UserErrorException">There is no such array or entry, or its data are damaged.</exception>
    public unsafe T[] Entry<T>(string name, int index)
        where T : unmanaged
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
        where T : unmanaged
    {
        var shape = Shape(name);
        return Read<T>(name, new ulong[shape.Count], [.. shape.Select(dimension => (ulong)dimension)]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (Hdf5Library.Gate)
        {
            file.Dispose();
        }
    }

    private unsafe T[] Read<T>(string name, ulong[] start, ulong[] count)
        where T : unmanaged
    {
        var values = new T[checked((int)count.Aggregate(1UL, (product, dimension) => checked(product * dimension)))];
        lock (Hdf5Library.Gate)
        {
            using var dataset = OpenArray(name);
            using var from = new Handle(Hdf5Library.H5Dget_space(dataset.Id), Hdf5Library.H5Sclose);
            fixed (ulong* first = start, counts = count)
            fixed (T* to = values)
            {
                using var memory = new Handle(Hdf5Library.H5Screate_simple(count.Length, counts, null), Hdf5Library.H5Sclose);
                if (Hdf5Library.H5Sselect_hyperslab(from.Id, 0, first, null, counts, null) < 0
                    || Hdf5Library.H5Dread(dataset.Id, NativeType<T>(), memory.Id, from.Id, 0, to) < 0)
                {
                    throw new UserErrorException(ExitCode.NoSource, $"Array '{name}' of '{path}' cannot be read at {start.FirstOrDefault()}: its data are damaged or cut short.");
                }
            }
        }

        return values;
    }

    private Handle OpenArray(string name)
    {
        ObjectDisposedException.ThrowIf(file.IsClosed, this);
        var id = Hdf5Library.H5Lexists(file.Id, name, 0) > 0 ? Hdf5Library.H5Dopen2(file.Id, name, 0) : -1;
        return id >= 0 ? new Handle(id, Hdf5Library.H5Dclose) : throw new UserErrorException(ExitCode.NoSource, $"'{path}' holds no array '{name}'.");
    }

    private static long NativeType<T>() => Hdf5Library.Type(default(T) switch
    {
        byte => "H5T_NATIVE_UINT8_g",
        ushort => "H5T_NATIVE_UINT16_g",
        float => "H5T_NATIVE_FLOAT_g",
        double => "H5T_NATIVE_DOUBLE_g",
        _ => throw new NotSupportedException($"Elements of type {typeof(T)} are not read."),
    });

    /// <summary>An identifier of the library, closed once.</summary>
    private sealed class Handle : SafeHandleMinusOneIsInvalid
    {
        private readonly Func<long, int> close;

        public Handle(long id, Func<long, int> close)
            : base(ownsHandle: true)
        {
            this.close = close;
            SetHandle(checked((IntPtr)id));
        }

        public long Id => handle;

        protected override bool ReleaseHandle()
        {
            lock (Hdf5Library.Gate)
            {
                return close(handle) >= 0;
            }
        }
    }
}
