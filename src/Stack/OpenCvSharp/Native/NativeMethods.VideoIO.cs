using System.Runtime.InteropServices;

namespace OpenCvSharp;

/// <summary>C ABI of librp_opencv: videoio.</summary>
internal static unsafe partial class NativeMethods
{
    [LibraryImport(Library)]
    internal static partial int rp_capture_new(out IntPtr result);

    [LibraryImport(Library)]
    internal static partial void rp_capture_delete(IntPtr capture);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int rp_capture_open_file(OpenCvSafeHandle capture, string name, int api, int* prms, int count, out int opened);

    [LibraryImport(Library)]
    internal static partial int rp_capture_open_index(OpenCvSafeHandle capture, int index, int api, int* prms, int count, out int opened);

    [LibraryImport(Library)]
    internal static partial int rp_capture_is_opened(OpenCvSafeHandle capture, out int opened);

    [LibraryImport(Library)]
    internal static partial int rp_capture_release(OpenCvSafeHandle capture);

    [LibraryImport(Library)]
    internal static partial int rp_capture_grab(OpenCvSafeHandle capture, out int done);

    [LibraryImport(Library)]
    internal static partial int rp_capture_retrieve(OpenCvSafeHandle capture, OpenCvSafeHandle image, int flag, out int done);

    [LibraryImport(Library)]
    internal static partial int rp_capture_read(OpenCvSafeHandle capture, OpenCvSafeHandle image, out int done);

    [LibraryImport(Library)]
    internal static partial int rp_capture_get(OpenCvSafeHandle capture, int property, out double value);

    [LibraryImport(Library)]
    internal static partial int rp_capture_set(OpenCvSafeHandle capture, int property, double value, out int done);

    [LibraryImport(Library)]
    internal static partial int rp_capture_backend(OpenCvSafeHandle capture, out byte* name);

    [LibraryImport(Library)]
    internal static partial int rp_capture_set_exception_mode(OpenCvSafeHandle capture, int enable);

    [LibraryImport(Library)]
    internal static partial int rp_capture_get_exception_mode(OpenCvSafeHandle capture, out int enabled);

    [LibraryImport(Library)]
    internal static partial int rp_writer_new(out IntPtr result);

    [LibraryImport(Library)]
    internal static partial void rp_writer_delete(IntPtr writer);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int rp_writer_open(OpenCvSafeHandle writer, string name, int api, int fourcc, double fps, Size size, int color, out int opened);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int rp_writer_open_with(OpenCvSafeHandle writer, string name, int api, int fourcc, double fps, Size size, int* prms, int count, out int opened);

    [LibraryImport(Library)]
    internal static partial int rp_writer_is_opened(OpenCvSafeHandle writer, out int opened);

    [LibraryImport(Library)]
    internal static partial int rp_writer_release(OpenCvSafeHandle writer);

    [LibraryImport(Library)]
    internal static partial int rp_writer_write(OpenCvSafeHandle writer, OpenCvSafeHandle image);

    [LibraryImport(Library)]
    internal static partial int rp_writer_get(OpenCvSafeHandle writer, int property, out double value);

    [LibraryImport(Library)]
    internal static partial int rp_writer_set(OpenCvSafeHandle writer, int property, double value, out int done);

    [LibraryImport(Library)]
    internal static partial int rp_writer_backend(OpenCvSafeHandle writer, out byte* name);
}
