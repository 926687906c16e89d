using System.Runtime.InteropServices;
using RoboPerception.Core;

namespace RoboPerception.Training.Data;

/// <summary>
/// The part of the system's HDF5 library (1.10 and later, where identifiers have 64 bits) that reading arrays needs. The library is not safe for
/// several threads: whoever calls holds <see cref="Gate"/>.
/// </summary>
internal static partial class Hdf5Library
{
    /// <summary>Name in the imports; the file's name differs between distributions.</summary>
    public const string Name = "hdf5";

    private static readonly string[] FileNames =
        ["libhdf5_serial.so.310", "libhdf5_serial.so.103", "libhdf5.so.310", "libhdf5.so.200", "libhdf5.so.103", "libhdf5_serial.so", "libhdf5.so"];

    private static readonly Lazy<IntPtr> Handle = new(Load);

    /// <summary>One call at a time.</summary>
    public static Lock Gate { get; } = new();

    /// <summary>Makes sure that the library is there and quiet: errors are told by us, not printed by it.</summary>
    /// <returns>The loaded library.</returns>
    /// <exception cref="UserErrorException">It is not installed.</exception>
    public static IntPtr Need() => Handle.Value;

    /// <summary>A type that the library exports as a variable, e.g. <c>H5T_NATIVE_FLOAT_g</c>.</summary>
    public static long Type(string variable) => Marshal.ReadInt64(NativeLibrary.GetExport(Handle.Value, variable));

    private static IntPtr Load()
    {
        var library = FileNames.Select(name => NativeLibrary.TryLoad(name, out var handle) ? handle : IntPtr.Zero).FirstOrDefault(handle => handle != IntPtr.Zero);
        if (library == IntPtr.Zero)
        {
            throw new UserErrorException(ExitCode.NoSource, "Files of HDF5 (MATLAB 7.3) need the system's libhdf5, which is not installed: run launch/setup.sh train, or install libhdf5-dev.");
        }

        NativeLibrary.SetDllImportResolver(typeof(Hdf5Library).Assembly, (name, _, _) => name == Name ? library : IntPtr.Zero);
        return H5open() >= 0 && H5Eset_auto2(0, IntPtr.Zero, IntPtr.Zero) >= 0
            ? library
            : throw new UserErrorException(ExitCode.Failed, "The system's libhdf5 is there but does not start.");
    }

    [LibraryImport(Name)]
    private static partial int H5open();

    [LibraryImport(Name)]
    private static partial int H5Eset_auto2(long stack, IntPtr function, IntPtr data);

    [LibraryImport(Name, StringMarshalling = StringMarshalling.Utf8)]
    public static partial long H5Fopen(string path, uint flags, long access);

    [LibraryImport(Name)]
    public static partial int H5Fclose(long file);

    [LibraryImport(Name, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int H5Lexists(long place, string name, long access);

    [LibraryImport(Name, StringMarshalling = StringMarshalling.Utf8)]
    public static partial long H5Dopen2(long place, string name, long access);

    [LibraryImport(Name)]
    public static partial int H5Dclose(long dataset);

    [LibraryImport(Name)]
    public static partial long H5Dget_space(long dataset);

    [LibraryImport(Name)]
    public static partial int H5Sclose(long space);

    [LibraryImport(Name)]
    public static partial int H5Sget_simple_extent_ndims(long space);

    [LibraryImport(Name)]
    public static unsafe partial int H5Sget_simple_extent_dims(long space, ulong* dimensions, ulong* maximum);

    [LibraryImport(Name)]
    public static unsafe partial long H5Screate_simple(int rank, ulong* dimensions, ulong* maximum);

    [LibraryImport(Name)]
    public static unsafe partial int H5Sselect_hyperslab(long space, int operation, ulong* start, ulong* stride, ulong* count, ulong* block);

    [LibraryImport(Name)]
    public static unsafe partial int H5Dread(long dataset, long memoryType, long memorySpace, long fileSpace, long transfer, void* buffer);
}
