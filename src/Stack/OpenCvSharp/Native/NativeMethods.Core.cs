using System.Runtime.InteropServices;

namespace OpenCvSharp;

/// <summary>C ABI of librp_opencv: core.</summary>
internal static unsafe partial class NativeMethods
{
    [LibraryImport(Library)]
    internal static partial int rp_set_num_threads(int threads);

    [LibraryImport(Library)]
    internal static partial int rp_get_num_threads();

    [LibraryImport(Library)]
    internal static partial byte* rp_version_string();

    [LibraryImport(Library)]
    internal static partial int rp_build_information(out byte* result);

    [LibraryImport(Library)]
    internal static partial int rp_set_log_level(int level);

    [LibraryImport(Library)]
    internal static partial int rp_get_log_level();

    [LibraryImport(Library)]
    internal static partial int rp_normalize(OpenCvSafeHandle src, OpenCvSafeHandle dst, double alpha, double beta, int normType, int dtype, OpenCvSafeHandle mask);

    [LibraryImport(Library)]
    internal static partial int rp_mean(OpenCvSafeHandle src, OpenCvSafeHandle mask, out Scalar result);

    [LibraryImport(Library)]
    internal static partial int rp_mean_std_dev(OpenCvSafeHandle src, OpenCvSafeHandle mask, out Scalar mean, out Scalar deviation);

    [LibraryImport(Library)]
    internal static partial int rp_sum(OpenCvSafeHandle src, out Scalar result);

    [LibraryImport(Library)]
    internal static partial int rp_count_non_zero(OpenCvSafeHandle src, out int result);

    [LibraryImport(Library)]
    internal static partial int rp_norm(OpenCvSafeHandle src1, OpenCvSafeHandle src2, int normType, OpenCvSafeHandle mask, out double result);

    [LibraryImport(Library)]
    internal static partial int rp_min_max_loc(OpenCvSafeHandle src, OpenCvSafeHandle mask, out double min, out double max, out Point minAt, out Point maxAt);

    [LibraryImport(Library)]
    internal static partial int rp_min_max(OpenCvSafeHandle src, out double min, out double max);

    [LibraryImport(Library)]
    internal static partial int rp_add_weighted(OpenCvSafeHandle src1, double alpha, OpenCvSafeHandle src2, double beta, double gamma, OpenCvSafeHandle dst, int dtype);

    [LibraryImport(Library)]
    internal static partial int rp_absdiff(OpenCvSafeHandle src1, OpenCvSafeHandle src2, OpenCvSafeHandle dst);

    [LibraryImport(Library)]
    internal static partial int rp_lut(OpenCvSafeHandle src, OpenCvSafeHandle lut, OpenCvSafeHandle dst);

    [LibraryImport(Library)]
    internal static partial int rp_extract_channel(OpenCvSafeHandle src, OpenCvSafeHandle dst, int channel);

    [LibraryImport(Library)]
    internal static partial int rp_merge(IntPtr* planes, int count, OpenCvSafeHandle dst);

    [LibraryImport(Library)]
    internal static partial int rp_concat(IntPtr* parts, int count, int vertical, OpenCvSafeHandle dst);

    [LibraryImport(Library)]
    internal static partial int rp_flip(OpenCvSafeHandle src, OpenCvSafeHandle dst, int code);

    [LibraryImport(Library)]
    internal static partial int rp_rotate(OpenCvSafeHandle src, OpenCvSafeHandle dst, int code);

    [LibraryImport(Library)]
    internal static partial int rp_copy_make_border(OpenCvSafeHandle src, OpenCvSafeHandle dst, int top, int bottom, int left, int right, int border, Scalar value);
}
