using RoboPerception.Capture;
using RoboPerception.Core;
using RoboPerception.Inference;
using RoboPerception.Messaging;
using RoboPerception.Node.Configuration;
using RoboPerception.Node.Health;
using RoboPerception.Node.Pipeline;
using RoboPerception.Node.Recorders;
using RoboPerception.Node.Remote;
using RoboPerception.Node.Web;
using RoboPerception.Node.Web.Foxglove;

namespace RoboPerception.Node.Hosting;

/// <summary>
/// Publishes what is said once (who we are, each camera's geometry and classes) at the start, then health and metrics once a second,
/// and tells systemd that we are alive while that is true.
/// </summary>
internal sealed class ReportService(NodeSettings settings, NodeReports reports, NodeIdentity identity, ModelFile model, BrokerService broker, PipelineService pipelines, History history, ServiceManager manager, NodeEnd end, Recorder? recorder = null, RemoteRecorder? remote = null, FoxgloveHub? foxglove = null)
    : BeatService(end, Period)
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly Topics topics = identity.Topics;
    private readonly Dictionary<string, byte[]> geometries = [];
    private byte[] described = [];

    /// <summary>The metrics of the last beat; null before the first.</summary>
    public MetricsDocument? Metrics { get; private set; }

    /// <inheritdoc/>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (CameraPipeline camera in pipelines.Cameras)
        {
            string id = camera.Camera.Id;
            if (model.Description.Output(OutputKind.Segmentation)?.Classes is { } classes)
            {
                broker.Connection.SetRetained(topics.Labels(id), MessageJson.Write(LabelsDocument.Of(classes)));
            }
        }
        Describe();
        return base.StartAsync(cancellationToken);
    }

    /// <summary>The last figures, before the pipelines stop.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
        if (ExecuteTask is not null)
        {
            Beat();
        }
    }

    /// <inheritdoc/>
    protected override void Beat()
    {
        Metrics = reports.Metrics();
        history.Sample(pipelines.Cameras);
        broker.Connection.TryPublish(topics.Health, MessageJson.Write(reports.Health()));
        byte[] metrics = MessageJson.Write(Metrics);
        broker.Connection.TryPublish(topics.Metrics, metrics);
        (recorder ?? remote?.Current)?.Document("/metrics", metrics);
        foxglove?.Metrics(metrics);
        Describe();
        IReadOnlyList<CameraPipeline> cameras = pipelines.Cameras;
        bool flows = cameras.Any(c => Environment.TickCount64 - c.Statistics.LastPublishedAt < 2 * Period.TotalMilliseconds && c.Statistics.Published > 0);
        bool sourceIsDown = cameras.All(c => c.SourceState is CaptureState.Reopening or CaptureState.Stalled or CaptureState.Opening);
        if (flows || sourceIsDown)
        {
            manager.Alive();
        }
    }

    /// <summary>Publishes description and cameras when they changed: the provider was swapped, a camera's size became known, its images are fitted in another way.</summary>
    private void Describe()
    {
        ModelInput grid = model.Description.Input;
        foreach (CameraPipeline camera in pipelines.Cameras)
        {
            string id = camera.Camera.Id;
            CameraInfoDocument document = CameraInfoDocument.Of(camera.Intrinsics, camera.IsRectified, grid.Width, grid.Height, $"{id}_optical_frame");
            byte[] info = MessageJson.Write(document);
            if (!geometries.TryGetValue(id, out byte[]? told) || !info.AsSpan().SequenceEqual(told))
            {
                geometries[id] = info;
                broker.Connection.SetRetained(topics.CameraInfo(id), info);
                foxglove?.Describe(document, id, camera.IsLive);
            }
        }
        DescriptionDocument node = reports.Description();
        byte[] description = MessageJson.Write(node);
        if (!description.AsSpan().SequenceEqual(described))
        {
            described = description;
            broker.Connection.SetRetained(topics.Description, description);
            if (settings.HomeAssistant is { } prefix)
            {
                broker.Connection.SetRetained(HomeAssistantDiscovery.Topic(prefix, topics), HomeAssistantDiscovery.Message(topics, node));
            }
        }
    }
}
