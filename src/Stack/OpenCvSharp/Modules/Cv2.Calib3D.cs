namespace OpenCvSharp;

/// <content>calib3d: lens distortion. Camera matrices are 3 x 3; an empty Mat stands for "no rotation" and "no distortion".</content>
public static partial class Cv2
{
    public static void InitUndistortRectifyMap(
        InputArray cameraMatrix,
        InputArray distCoeffs,
        InputArray r,
        InputArray newCameraMatrix,
        Size size,
        MatType m1Type,
        OutputArray map1,
        OutputArray map2) =>
        NativeMethods.Check(NativeMethods.rp_init_undistort_rectify_map(
            cameraMatrix.Required(nameof(cameraMatrix)),
            distCoeffs.Required(nameof(distCoeffs)),
            r.Required(nameof(r)),
            newCameraMatrix.Required(nameof(newCameraMatrix)),
            size,
            m1Type.Value,
            map1.Required(nameof(map1)),
            map2.Required(nameof(map2))));

    public static Mat GetOptimalNewCameraMatrix(
        InputArray cameraMatrix, InputArray? distCoeffs, Size imageSize, double alpha, Size newImgSize, out Rect validPixROI, bool centerPrincipalPoint = false)
    {
        NativeMethods.Check(NativeMethods.rp_get_optimal_new_camera_matrix(
            cameraMatrix.Required(nameof(cameraMatrix)),
            distCoeffs.HandleOrNone(),
            imageSize,
            alpha,
            newImgSize,
            out validPixROI,
            centerPrincipalPoint ? 1 : 0,
            out var mat));
        return Mat.Own(mat);
    }

    public static void Undistort(
        InputArray src, OutputArray dst, InputArray cameraMatrix, InputArray distCoeffs, InputArray? newCameraMatrix = null) =>
        NativeMethods.Check(NativeMethods.rp_undistort(
            src.Required(nameof(src)),
            dst.Required(nameof(dst)),
            cameraMatrix.Required(nameof(cameraMatrix)),
            distCoeffs.Required(nameof(distCoeffs)),
            newCameraMatrix.HandleOrNone()));

    /// <summary>The equidistant (Kannala-Brandt) model; distortion is k1..k4.</summary>
    public static class FishEye
    {
        public static void InitUndistortRectifyMap(
            InputArray k, InputArray d, InputArray r, InputArray p, Size size, int m1type, OutputArray map1, OutputArray map2) =>
            NativeMethods.Check(NativeMethods.rp_fisheye_init_undistort_rectify_map(
                k.Required(nameof(k)),
                d.Required(nameof(d)),
                r.Required(nameof(r)),
                p.Required(nameof(p)),
                size,
                m1type,
                map1.Required(nameof(map1)),
                map2.Required(nameof(map2))));

        public static void EstimateNewCameraMatrixForUndistortRectify(
            InputArray k, InputArray d, Size imageSize, InputArray r, OutputArray p, double balance = 0, Size newSize = default, double fovScale = 1) =>
            NativeMethods.Check(NativeMethods.rp_fisheye_estimate_new_camera_matrix(
                k.Required(nameof(k)),
                d.Required(nameof(d)),
                imageSize,
                r.Required(nameof(r)),
                p.Required(nameof(p)),
                balance,
                newSize,
                fovScale));
    }
}
