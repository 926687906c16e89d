using System.Runtime.InteropServices;
using RoboPerception.Core;
using RoboPerception.Interop.Obstacles;
using RoboPerception.Messaging;
using RoboPerception.Node.Configuration;

namespace RoboPerception.Node.Outputs;

/// <summary>
/// What a camera publishes beside its dense outputs, as configured; nothing that no one asked for is made or computed. Called from the publishing
/// thread, but for <see cref="WantsImage"/>.
/// </summary>
internal sealed class FrameOutputs : IDisposable
{
    private const int DefaultPoints = 4096;

    private readonly List<FrameOutput> outputs = [];
    private readonly List<OutputDescription> constant = [];
    private readonly FrameObstacles? obstacles;
    private readonly bool hasScan;
    private readonly PointCloud? cloud;
    private readonly FrameJpeg? jpeg;
    private readonly CameraIntrinsics? camera;

    private FrameOutputs(OutputPlan plan)
    {
        FrameOutputSettings settings = plan.Settings;
        ModelInput grid = plan.Model.Input;
        (camera, hasScan) = (plan.Intrinsics, settings.NeedsScan);
        if (settings.NeedsObstacles)
        {
            obstacles = new FrameObstacles(plan.RequireGeometry(settings.Scan ? "outputs.scan" : settings.Nearest ? "outputs.nearest" : "outputs.ros2: scan"), plan.Classes, plan.Camera, settings);
        }
        if (settings.NeedsPoints)
        {
            plan.RequireGeometry(settings.Points > 0 ? "outputs.points" : "outputs.ros2: points");
            cloud = new PointCloud(settings.Points > 0 ? settings.Points : DefaultPoints);
        }
        jpeg = settings.ImageRate > 0 ? new FrameJpeg(settings.ImageRate, grid.Width, grid.Height) : null;
        try
        {
            AddAll(plan, grid);
        }
        catch (UserErrorException)
        {
            Dispose();
            throw;
        }
    }

    /// <summary>All topics as they stand in the node's description.</summary>
    public IEnumerable<OutputDescription> Descriptions => outputs.Select(o => o.Description).Concat(constant);

    /// <summary>Messages replaced by newer ones before they were sent, by topic name.</summary>
    public IEnumerable<KeyValuePair<string, long>> Superseded => outputs.Select(o => KeyValuePair.Create(o.Description.Kind, o.Publisher.Superseded));

    /// <summary>The outputs; null if none was asked for.</summary>
    /// <exception cref="UserErrorException">The model or the camera lacks what one of them needs (exit code 2).</exception>
    public static FrameOutputs? Create(OutputPlan plan) => plan.Settings.Any ? new FrameOutputs(plan) : null;

    /// <summary>Free space in the frame that was published last; null where no scan is switched on.</summary>
    public LaserScan? Scan => hasScan ? obstacles!.Scan : null;

    /// <summary>The points of the frame that was published last; null where they are not switched on.</summary>
    public PointCloud? Points => cloud;

    /// <summary>The JPEG of the frame that was published last; empty if it has none.</summary>
    public byte[] Jpeg => jpeg?.Current ?? [];

    /// <summary>Whether a frame of this time becomes an image. Asked once for each frame, on the inference thread.</summary>
    public bool WantsImage(long stamp) => jpeg?.IsDue(stamp) == true;

    /// <summary>A dense output of the frame that is about to be published.</summary>
    public void OnEncoded(PayloadBuffer payload)
    {
        foreach (FrameOutput output in CollectionsMarshal.AsSpan(outputs))
        {
            output.OnEncoded(payload);
        }
    }

    /// <summary>Computes what is asked for and hands it to the senders.</summary>
    /// <param name="frame">The frame, after its dense outputs were encoded.</param>
    /// <param name="image">Its input if it was kept for us, BGR [H,W,3]; else nothing.</param>
    public void Publish(OutputFrame frame, ReadOnlySpan<byte> image)
    {
        obstacles?.Look(frame);
        cloud?.Fill(new DenseFrame(camera!, frame.Buffers.Depth, frame.Buffers.Segmentation, frame.Buffers.Normals));
        jpeg?.Encode(image);
        foreach (FrameOutput output in CollectionsMarshal.AsSpan(outputs))
        {
            output.ClockCorrection = frame.ClockCorrection;
            output.Publish(frame);
        }
    }

    /// <summary>Waits until everything is sent, for a replay's end.</summary>
    public void WaitUntilIdle(TimeSpan timeout) => outputs.ForEach(o => o.Publisher.WaitUntilIdle(timeout));

    /// <inheritdoc/>
    public void Dispose() => outputs.ForEach(o => o.Dispose());

    private void AddAll(OutputPlan plan, ModelInput grid)
    {
        FrameOutputSettings settings = plan.Settings;
        string id = plan.Camera.Id;
        if (settings.Bundle.Count > 0)
        {
            settings.Bundle.ToList().ForEach(kind => plan.RequireOutput(kind, "outputs.bundle"));
            OutputDescription about = Describe("bundle", plan.Topics.Output(id, OutputKind.Bundle), "bundle", grid.Width, grid.Height) with { Parts = [.. settings.Bundle.Select(Topics.NameOf)] };
            outputs.Add(new BundleOutput(about, plan.PublisherOf(about.Topic, ContentTypes.Bundle), settings.Bundle));
        }
        if (jpeg is not null)
        {
            OutputDescription about = Describe("image", plan.Topics.Output(id, OutputKind.Image), "jpeg", grid.Width, grid.Height);
            outputs.Add(new ImageOutput(about, plan.PublisherOf(about.Topic, ContentTypes.Jpeg), jpeg));
        }
        if (settings.Scan)
        {
            OutputDescription about = Describe("scan", plan.Topics.Scan(id), "json", settings.Beams, 1);
            outputs.Add(new ScanOutput(about, plan.PublisherOf(about.Topic, ContentTypes.Json), obstacles!, plan.ScanFrame));
        }
        if (settings.Nearest)
        {
            OutputDescription about = Describe("nearest", plan.Topics.Nearest(id), "json", plan.Classes?.Count ?? 1, 1);
            outputs.Add(new NearestOutput(about, plan.PublisherOf(about.Topic, ContentTypes.Json), obstacles!, plan.ScanFrame));
        }
        if (settings.Points > 0)
        {
            OutputDescription about = Describe("points", plan.Topics.Output(id, OutputKind.Points), "raw", settings.Points, 1);
            outputs.Add(new PointsOutput(about, plan.PublisherOf(about.Topic, ContentTypes.Of(PayloadEncoding.Raw)), cloud!));
        }
        var ros2 = new Ros2Outputs(plan, obstacles, cloud, jpeg);
        foreach (Ros2Topic topic in settings.Ros2.Where(t => t != Ros2Topic.Labels))
        {
            outputs.Add(ros2.Create(topic));
        }
        if (settings.Ros2.Contains(Ros2Topic.Labels))
        {
            ros2.PublishLabels();
            constant.Add(Ros2Outputs.Describe(plan, Ros2Topic.Labels));
        }
    }

    private static OutputDescription Describe(string kind, string topic, string encoding, int width, int height) => new(kind, topic, encoding, width, height);
}
