using RoboPerception.Core;
using RoboPerception.Node.Configuration;
using RoboPerception.Node.Recorders;
using RoboPerception.Node.Sources;

namespace RoboPerception.Node.Pipeline;

/// <summary>How a camera's image lies on the model's grid. One object as long as it holds: whoever depends on it compares references.</summary>
/// <param name="Fit">What is done with an image of another shape.</param>
/// <param name="Intrinsics">The camera at the size of the grid; null: uncalibrated.</param>
internal sealed record CameraGeometry(ResizeFit Fit, CameraIntrinsics? Intrinsics)
{
    /// <summary>The fit of a camera: as its settings say, else as in the run that is replayed, else as the model was trained.</summary>
    public static ResizeFit FitOf(CameraSettings camera, RecordedRun? run, ModelInput input) =>
        camera.Fit is { } chosen ? chosen
        : run is not null && Enum.TryParse(run.Facts.GetValueOrDefault(RecordedRun.FitKey(McapSource.CameraOf(camera.Source, run))), ignoreCase: true, out ResizeFit recorded) ? recorded
        : input.Fit;

    /// <summary>Before the first frame.</summary>
    public static CameraGeometry Unknown { get; } = new(ResizeFit.Stretch, null);
}
