using RoboPerception.Core;
using RoboPerception.Messaging;
using RoboPerception.Node.Configuration;

namespace RoboPerception.Node.Outputs;

/// <summary>What the outputs of one camera are made for.</summary>
/// <param name="Camera">The camera's settings.</param>
/// <param name="Model">What the model says of itself.</param>
/// <param name="Intrinsics">The camera at the size of the grid; null: uncalibrated.</param>
/// <param name="IsRectified">The images are undistorted before the network sees them.</param>
/// <param name="Settings">What was asked for.</param>
/// <param name="Connection">The broker.</param>
/// <param name="Topics">The node's names.</param>
/// <param name="Lossless">A replay: nothing is dropped.</param>
internal sealed record OutputPlan(
    CameraSettings Camera, ModelDescription Model, CameraIntrinsics? Intrinsics, bool IsRectified, FrameOutputSettings Settings, MqttConnection Connection, Topics Topics, bool Lossless)
{
    /// <summary>The optical frame (REP-103).</summary>
    public string OpticalFrame => $"{Camera.Id}_optical_frame";

    /// <summary>The frame on the floor below the camera: x forward, y left, z up.</summary>
    public string ScanFrame => $"{Camera.Id}_scan";

    /// <summary>The classes; null: the model has no segmentation.</summary>
    public ClassMap? Classes => Model.Output(OutputKind.Segmentation)?.Classes;

    /// <summary>A publisher for a topic.</summary>
    public FramePublisher PublisherOf(string topic, string contentType) => new(Connection, topic, contentType, Lossless);

    /// <summary>The camera, for those outputs that cannot do without.</summary>
    /// <exception cref="UserErrorException">It is not calibrated, or the model predicts no depth (exit code 2).</exception>
    public CameraIntrinsics RequireGeometry(string key)
    {
        if (Model.Output(OutputKind.Depth) is null)
        {
            throw new UserErrorException(ExitCode.Usage, $"{key} needs depth, which the model '{Model.Name}' does not predict: choose another model or leave it out");
        }
        return Intrinsics ?? throw new UserErrorException(ExitCode.Usage, $"{key} needs the intrinsics of camera '{Camera.Id}': set cameras[].calibration, or --calibration FILE");
    }

    /// <summary>Checks that the model predicts what was asked for.</summary>
    /// <exception cref="UserErrorException">It does not (exit code 2).</exception>
    public void RequireOutput(OutputKind kind, string key)
    {
        if (Model.Output(kind) is null)
        {
            throw new UserErrorException(ExitCode.Usage, $"{key} names '{RoboPerception.Messaging.Topics.NameOf(kind)}', which the model '{Model.Name}' does not predict: name those that it does");
        }
    }
}
