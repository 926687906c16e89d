using System.Runtime.InteropServices;

namespace OpenCvSharp;

/// <summary>C ABI of librp_opencv: matrices.</summary>
internal static unsafe partial class NativeMethods
{
    [LibraryImport(Library)]
    internal static partial int rp_mat_new(out IntPtr result);

    [LibraryImport(Library)]
    internal static partial int rp_mat_new_sized(int rows, int cols, int type, out IntPtr result);

    [LibraryImport(Library)]
    internal static partial int rp_mat_new_filled(int rows, int cols, int type, Scalar value, out IntPtr result);

    [LibraryImport(Library)]
    internal static partial int rp_mat_new_over(int rows, int cols, int type, IntPtr data, long step, out IntPtr result);

    [LibraryImport(Library)]
    internal static partial int rp_mat_new_roi(OpenCvSafeHandle mat, int rowStart, int rowEnd, int colStart, int colEnd, out IntPtr result);

    [LibraryImport(Library)]
    internal static partial int rp_mat_new_eye(int rows, int cols, int type, out IntPtr result);

    [LibraryImport(Library)]
    internal static partial void rp_mat_delete(IntPtr mat);

    [LibraryImport(Library)]
    internal static partial void rp_mat_info(OpenCvSafeHandle mat, out MatInfo info);

    [LibraryImport(Library)]
    internal static partial int rp_mat_create(OpenCvSafeHandle mat, int rows, int cols, int type);

    [LibraryImport(Library)]
    internal static partial int rp_mat_release(OpenCvSafeHandle mat);

    [LibraryImport(Library)]
    internal static partial int rp_mat_clone(OpenCvSafeHandle mat, out IntPtr result);

    [LibraryImport(Library)]
    internal static partial int rp_mat_copy_to(OpenCvSafeHandle mat, OpenCvSafeHandle dst, OpenCvSafeHandle mask);

    [LibraryImport(Library)]
    internal static partial int rp_mat_convert_to(OpenCvSafeHandle mat, OpenCvSafeHandle dst, int type, double alpha, double beta);

    [LibraryImport(Library)]
    internal static partial int rp_mat_set_to(OpenCvSafeHandle mat, Scalar value, OpenCvSafeHandle mask);

    [LibraryImport(Library)]
    internal static partial int rp_mat_reshape(OpenCvSafeHandle mat, int channels, int rows, out IntPtr result);
}
