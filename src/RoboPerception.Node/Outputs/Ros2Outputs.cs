using RoboPerception.Core;
using RoboPerception.Interop.Obstacles;
using RoboPerception.Interop.Ros2;
using RoboPerception.Messaging;
using RoboPerception.Node.Configuration;

namespace RoboPerception.Node.Outputs;

/// <summary>Makes the ROS 2 outputs that were asked for.</summary>
/// <param name="plan">What they are made for.</param>
/// <param name="obstacles">The scan of a frame, if one is computed.</param>
/// <param name="cloud">The points of a frame, if they are computed.</param>
/// <param name="jpeg">The image of a frame, if it is encoded.</param>
internal sealed class Ros2Outputs(OutputPlan plan, FrameObstacles? obstacles, PointCloud? cloud, FrameJpeg? jpeg)
{
    private const string Key = "outputs.ros2";

    private readonly CameraIntrinsics? camera = plan is { IsRectified: true, Intrinsics: { } lens } ? lens with { Distortion = new double[5] } : plan.Intrinsics;
    private readonly int width = plan.Model.Input.Width;
    private readonly int height = plan.Model.Input.Height;

    /// <summary>A topic as it stands in the node's description.</summary>
    public static OutputDescription Describe(OutputPlan plan, Ros2Topic topic) =>
        new($"ros2/{topic.Name()}", plan.Topics.Ros2(plan.Camera.Id, topic.Name()), "cdr", plan.Model.Input.Width, plan.Model.Input.Height) { Type = topic.Type() };

    /// <summary>The output of a topic.</summary>
    /// <exception cref="UserErrorException">The model or the camera lacks what it needs (exit code 2).</exception>
    public FrameOutput Create(Ros2Topic topic)
    {
        switch (topic)
        {
            case Ros2Topic.Depth:
                plan.RequireOutput(OutputKind.Depth, Key);
                return Output(topic, plan.OpticalFrame, (cdr, header, frame) => ImageMessages.Depth(cdr, header, width, frame.Buffers.Depth));
            case Ros2Topic.CompressedDepth:
                plan.RequireOutput(OutputKind.Depth, Key);
                OutputDescription about = Describe(plan, topic);
                return new CompressedDepthOutput(about, plan.PublisherOf(about.Topic, ContentTypes.Cdr), plan.OpticalFrame);
            case Ros2Topic.Segmentation:
                plan.RequireOutput(OutputKind.Segmentation, Key);
                return Output(topic, plan.OpticalFrame, (cdr, header, frame) => ImageMessages.Segmentation(cdr, header, width, frame.Buffers.Segmentation));
            case Ros2Topic.Normals:
                plan.RequireOutput(OutputKind.Normals, Key);
                return Output(topic, plan.OpticalFrame, (cdr, header, frame) => ImageMessages.Normals(cdr, header, width, frame.Buffers.Normals));
            case Ros2Topic.CameraInfo:
                return Output(topic, plan.OpticalFrame, (cdr, header, _) => ImageMessages.CameraInfo(cdr, header, width, height, camera));
            case Ros2Topic.Scan:
                return Output(topic, plan.ScanFrame, (cdr, header, _) => OtherMessages.Scan(cdr, header, obstacles!.Scan));
            case Ros2Topic.Points:
                return Output(topic, plan.OpticalFrame, (cdr, header, _) => OtherMessages.Points(cdr, header, cloud!));
            case Ros2Topic.Image:
                FrameJpeg images = jpeg ?? throw new UserErrorException(ExitCode.Usage, $"{Key} names 'image': set outputs.image to how many a second");
                return Output(topic, plan.OpticalFrame, (cdr, header, _) => ImageMessages.Compressed(cdr, header, "jpeg", images.Current), () => images.Current.Length > 0);
            default:
                throw new ArgumentOutOfRangeException(nameof(topic), topic, "This topic is not published for each frame.");
        }
    }

    /// <summary>The class names, which never change: published once and kept by the broker.</summary>
    /// <exception cref="UserErrorException">The model has no classes (exit code 2).</exception>
    public void PublishLabels()
    {
        plan.RequireOutput(OutputKind.Segmentation, Key);
        var cdr = new CdrWriter();
        OtherMessages.Labels(cdr, new MessageHeader(0, plan.OpticalFrame), plan.Classes!);
        plan.Connection.SetRetained(plan.Topics.Ros2(plan.Camera.Id, Ros2Topic.Labels.Name()), cdr.Written.ToArray(), ContentTypes.Cdr);
    }

    private Ros2Output Output(Ros2Topic topic, string frameId, Ros2Writer write, Func<bool>? isDue = null)
    {
        OutputDescription about = Describe(plan, topic);
        return new Ros2Output(about, plan.PublisherOf(about.Topic, ContentTypes.Cdr), frameId, write, isDue);
    }
}
