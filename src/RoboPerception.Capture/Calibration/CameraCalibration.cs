using RoboPerception.Core;

namespace RoboPerception.Capture;

/// <summary>What a camera calibration file says (camera_calibration_parsers, REP-104).</summary>
/// <param name="CameraName">Name given by whoever calibrated.</param>
/// <param name="Intrinsics">The camera as it is: K, lens model and coefficients, at the size it was calibrated at.</param>
/// <param name="Rectification">R, 3x3 row-major: rotation into the rectified frame; identity for a single camera.</param>
/// <param name="Projection">P, 3x4 row-major: the camera of the rectified image.</param>
internal sealed record CameraCalibration(
    string CameraName, CameraIntrinsics Intrinsics, IReadOnlyList<double> Rectification, IReadOnlyList<double> Projection)
{
    /// <summary>Identity, 3x3.</summary>
    public static IReadOnlyList<double> NoRotation { get; } = [1, 0, 0, 0, 1, 0, 0, 0, 1];

    /// <summary>A single camera: no rotation, and the rectified image keeps the camera's own focal lengths and centre.</summary>
    public CameraCalibration(string cameraName, CameraIntrinsics intrinsics)
        : this(
            cameraName,
            intrinsics ?? throw new ArgumentNullException(nameof(intrinsics)),
            NoRotation,
            [intrinsics.Fx, 0, intrinsics.Cx, 0, 0, intrinsics.Fy, intrinsics.Cy, 0, 0, 0, 1, 0])
    {
    }

    /// <summary>The ideal camera of the rectified image, from P, at the size of the calibration.</summary>
    public CameraIntrinsics Rectified => new(Intrinsics.Width, Intrinsics.Height, Projection[0], Projection[5], Projection[2], Projection[6])
    {
        DistortionModel = "plumb_bob",
        Distortion = [],
    };
}
