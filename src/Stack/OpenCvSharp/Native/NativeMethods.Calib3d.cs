using System.Runtime.InteropServices;

namespace OpenCvSharp;

/// <summary>C ABI of librp_opencv: calib3d.</summary>
internal static unsafe partial class NativeMethods
{
    [LibraryImport(Library)]
    internal static partial int rp_init_undistort_rectify_map(OpenCvSafeHandle camera, OpenCvSafeHandle distortion, OpenCvSafeHandle rotation, OpenCvSafeHandle projection, Size size, int type, OpenCvSafeHandle map1, OpenCvSafeHandle map2);

    [LibraryImport(Library)]
    internal static partial int rp_get_optimal_new_camera_matrix(OpenCvSafeHandle camera, OpenCvSafeHandle distortion, Size size, double alpha, Size newSize, out Rect valid, int center, out IntPtr result);

    [LibraryImport(Library)]
    internal static partial int rp_undistort(OpenCvSafeHandle src, OpenCvSafeHandle dst, OpenCvSafeHandle camera, OpenCvSafeHandle distortion, OpenCvSafeHandle newCamera);

    [LibraryImport(Library)]
    internal static partial int rp_fisheye_init_undistort_rectify_map(OpenCvSafeHandle camera, OpenCvSafeHandle distortion, OpenCvSafeHandle rotation, OpenCvSafeHandle projection, Size size, int type, OpenCvSafeHandle map1, OpenCvSafeHandle map2);

    [LibraryImport(Library)]
    internal static partial int rp_fisheye_estimate_new_camera_matrix(OpenCvSafeHandle camera, OpenCvSafeHandle distortion, Size size, OpenCvSafeHandle rotation, OpenCvSafeHandle result, double balance, Size newSize, double fovScale);
}
