using System.Text.Json.Serialization;
using RoboPerception.Core;

namespace RoboPerception.Messaging;

/// <summary>
/// Topic <c>cam/&lt;c&gt;/info</c>: the field names and the order of sensor_msgs/CameraInfo, for the published grid, so that
/// ika's mqtt_client turns it into the ROS message as it is. <c>k[0] == 0</c> means uncalibrated.
/// </summary>
public sealed record CameraInfoDocument
{
    /// <summary>Frame and time.</summary>
    public required CameraInfoHeader Header { get; init; }

    /// <summary>Rows of the published grid.</summary>
    public required int Height { get; init; }

    /// <summary>Pixels per row of the published grid.</summary>
    public required int Width { get; init; }

    /// <summary>plumb_bob, rational_polynomial or equidistant.</summary>
    public string DistortionModel { get; init; } = "plumb_bob";

    /// <summary>Distortion coefficients.</summary>
    [JsonPropertyName("d")]
    public IReadOnlyList<double> D { get; init; } = [];

    /// <summary>3 x 3 camera matrix, row by row.</summary>
    [JsonPropertyName("k")]
    public IReadOnlyList<double> K { get; init; } = new double[9];

    /// <summary>3 x 3 rectification, row by row.</summary>
    [JsonPropertyName("r")]
    public IReadOnlyList<double> R { get; init; } = [1, 0, 0, 0, 1, 0, 0, 0, 1];

    /// <summary>3 x 4 projection, row by row.</summary>
    [JsonPropertyName("p")]
    public IReadOnlyList<double> P { get; init; } = new double[12];

    /// <summary>Camera binning, horizontal; 0 = 1.</summary>
    public int BinningX { get; init; }

    /// <summary>Camera binning, vertical; 0 = 1.</summary>
    public int BinningY { get; init; }

    /// <summary>Region of the full image; all zero = the whole.</summary>
    public CameraInfoRegion Roi { get; init; } = new(0, 0, 0, 0, false);

    /// <summary>The message for a camera seen on a grid; null intrinsics = uncalibrated (all zero).</summary>
    /// <param name="intrinsics">The camera at any size.</param>
    /// <param name="rectified">True if the images were undistorted before the network saw them: then D is zero.</param>
    /// <param name="width">Pixels per row of the published grid.</param>
    /// <param name="height">Rows of the published grid.</param>
    /// <param name="frameId">Name of the optical frame (REP-103), e.g. <c>front_optical_frame</c>.</param>
    public static CameraInfoDocument Of(CameraIntrinsics? intrinsics, bool rectified, int width, int height, string frameId)
    {
        var document = new CameraInfoDocument { Header = new CameraInfoHeader(new RosTime(0, 0), frameId), Width = width, Height = height };
        if (intrinsics is null)
        {
            return document;
        }
        CameraIntrinsics c = intrinsics.ScaledTo(width, height);
        return document with
        {
            DistortionModel = c.DistortionModel,
            D = rectified ? new double[Math.Max(c.Distortion.Count, 5)] : c.Distortion,
            K = [c.Fx, 0, c.Cx, 0, c.Fy, c.Cy, 0, 0, 1],
            P = [c.Fx, 0, c.Cx, 0, 0, c.Fy, c.Cy, 0, 0, 0, 1, 0],
        };
    }
}

/// <summary>std_msgs/Header.</summary>
/// <param name="Stamp">Zero: the intrinsics hold for every frame.</param>
/// <param name="FrameId">Optical frame.</param>
public sealed record CameraInfoHeader(RosTime Stamp, string FrameId);

/// <summary>builtin_interfaces/Time.</summary>
/// <param name="Sec">Seconds since the epoch.</param>
/// <param name="Nanosec">Rest in nanoseconds.</param>
public sealed record RosTime(int Sec, uint Nanosec);

/// <summary>sensor_msgs/RegionOfInterest.</summary>
/// <param name="XOffset">First column.</param>
/// <param name="YOffset">First row.</param>
/// <param name="Height">Rows.</param>
/// <param name="Width">Columns.</param>
/// <param name="DoRectify">True if a region of a rectified image.</param>
public sealed record CameraInfoRegion(int XOffset, int YOffset, int Height, int Width, bool DoRectify);
