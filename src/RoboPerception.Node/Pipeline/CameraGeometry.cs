using RoboPerception.Capture;
using RoboPerception.Core;

namespace RoboPerception.Node.Pipeline;

/// <summary>How a camera's image lies on the model's grid. One object as long as it holds: whoever depends on it compares references.</summary>
/// <param name="Fit">What is done with an image of another shape.</param>
/// <param name="Intrinsics">The camera at the size of the grid; null: uncalibrated.</param>
internal sealed record CameraGeometry(ResizeFit Fit, CameraIntrinsics? Intrinsics)
{
    /// <summary>Before the first frame.</summary>
    public static CameraGeometry Unknown { get; } = new(ResizeFit.Stretch, null);
}
