using System.Runtime.InteropServices;
using RoboPerception.Training.Data;

namespace RoboPerception.Training.Tests;

/// <summary>Writes arrays as MATLAB 7.3 does: chunked and deflated HDF5.</summary>
internal sealed unsafe partial class Hdf5Writer : IDisposable
{
    private readonly long file;

    public Hdf5Writer(string path)
    {
        var library = Hdf5Library.Need();
        Resolving.Once(library);
        file = H5Fcreate(path, 2, 0, 0);
        Assert.True(file >= 0, path);
    }

    public void Write<T>(string name, string type, int[] shape, T[] values)
        where T : unmanaged
    {
        ulong[] dimensions = [.. shape.Select(dimension => (ulong)dimension)], chunk = [1, .. dimensions[1..]];
        fixed (ulong* first = dimensions, chunks = chunk)
        fixed (T* data = values)
        {
            var space = Hdf5Library.H5Screate_simple(shape.Length, first, null);
            var layout = H5Pcreate(Hdf5Library.Type("H5P_CLS_DATASET_CREATE_ID_g"));
            Assert.True(H5Pset_chunk(layout, shape.Length, chunks) >= 0 && H5Pset_deflate(layout, 3) >= 0);
            var dataset = H5Dcreate2(file, name, Hdf5Library.Type(type), space, 0, layout, 0);
            Assert.True(H5Dwrite(dataset, Hdf5Library.Type(type), 0, 0, 0, data) >= 0, name);
            _ = Hdf5Library.H5Dclose(dataset);
            _ = H5Pclose(layout);
            _ = Hdf5Library.H5Sclose(space);
        }
    }

    public void Dispose() => _ = Hdf5Library.H5Fclose(file);

    [LibraryImport("hdf5-writer", StringMarshalling = StringMarshalling.Utf8)]
    private static partial long H5Fcreate(string path, uint flags, long creation, long access);

    [LibraryImport("hdf5-writer")]
    private static partial long H5Pcreate(long kind);

    [LibraryImport("hdf5-writer")]
    private static partial int H5Pclose(long list);

    [LibraryImport("hdf5-writer")]
    private static partial int H5Pset_chunk(long list, int rank, ulong* dimensions);

    [LibraryImport("hdf5-writer")]
    private static partial int H5Pset_deflate(long list, uint level);

    [LibraryImport("hdf5-writer", StringMarshalling = StringMarshalling.Utf8)]
    private static partial long H5Dcreate2(long place, string name, long type, long space, long links, long creation, long access);

    [LibraryImport("hdf5-writer")]
    private static partial int H5Dwrite(long dataset, long memoryType, long memorySpace, long fileSpace, long transfer, void* data);

    private static class Resolving
    {
        private static IntPtr library;

        static Resolving() => NativeLibrary.SetDllImportResolver(typeof(Hdf5Writer).Assembly, static (name, _, _) => name == "hdf5-writer" ? library : IntPtr.Zero);

        public static void Once(IntPtr loaded) => library = loaded;
    }
}
