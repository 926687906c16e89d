using System.Runtime.InteropServices;

namespace OpenCvSharp;

/// <summary>C ABI of librp_opencv: imgproc.</summary>
internal static unsafe partial class NativeMethods
{
    [LibraryImport(Library)]
    internal static partial int rp_resize(OpenCvSafeHandle src, OpenCvSafeHandle dst, Size size, double fx, double fy, int interpolation);

    [LibraryImport(Library)]
    internal static partial int rp_cvt_color(OpenCvSafeHandle src, OpenCvSafeHandle dst, int code, int channels);

    [LibraryImport(Library)]
    internal static partial int rp_remap(OpenCvSafeHandle src, OpenCvSafeHandle dst, OpenCvSafeHandle map1, OpenCvSafeHandle map2, int interpolation, int border, Scalar value);

    [LibraryImport(Library)]
    internal static partial int rp_convert_maps(OpenCvSafeHandle map1, OpenCvSafeHandle map2, OpenCvSafeHandle out1, OpenCvSafeHandle out2, int type, int nearest);

    [LibraryImport(Library)]
    internal static partial int rp_warp_affine(OpenCvSafeHandle src, OpenCvSafeHandle dst, OpenCvSafeHandle matrix, Size size, int flags, int border, Scalar value);

    [LibraryImport(Library)]
    internal static partial int rp_gaussian_blur(OpenCvSafeHandle src, OpenCvSafeHandle dst, Size kernel, double sigmaX, double sigmaY, int border);

    [LibraryImport(Library)]
    internal static partial int rp_median_blur(OpenCvSafeHandle src, OpenCvSafeHandle dst, int kernel);

    [LibraryImport(Library)]
    internal static partial int rp_threshold(OpenCvSafeHandle src, OpenCvSafeHandle dst, double threshold, double max, int type, out double result);

    [LibraryImport(Library)]
    internal static partial int rp_apply_color_map(OpenCvSafeHandle src, OpenCvSafeHandle dst, int map);

    [LibraryImport(Library)]
    internal static partial int rp_apply_user_color_map(OpenCvSafeHandle src, OpenCvSafeHandle dst, OpenCvSafeHandle colors);
}
