using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using RoboPerception.Capture;
using RoboPerception.Core;
using RoboPerception.Inference;
using RoboPerception.Messaging;
using RoboPerception.Node.Commands;
using RoboPerception.Node.Configuration;
using RoboPerception.Node.Hosting;
using RoboPerception.Node.Pipeline;
using RoboPerception.Node.Remote;

namespace RoboPerception.Node;

/// <summary>Turns what the pipelines counted into the documents that the node publishes and the text Prometheus reads.</summary>
internal sealed class NodeReports
{
    // Longer than any honest frame on a slow CPU, shorter than a person's patience.
    private const long HungMilliseconds = 10_000;
    private const long StarvedMilliseconds = 3_000;

    // Longer than the distance of key frames: between them a still scene may decode to the same picture.
    private static readonly TimeSpan LongestStill = TimeSpan.FromSeconds(15);

    private readonly NodeSettings settings;
    private readonly bool isReplay;
    private readonly Topics topics;
    private readonly string session;
    private readonly IReadOnlyList<CameraPipeline> cameras;
    private readonly BrokerService broker;
    private readonly NodeState state;
    private readonly long startedAt = Environment.TickCount64;
    private readonly Dictionary<string, long> publishedBefore = [];
    private long measuredAt = Environment.TickCount64;

    public NodeReports(NodeRequest request, NodeIdentity identity, PipelineService pipelines, BrokerService broker, NodeState state)
    {
        (settings, isReplay, topics, session) = (request.Settings, request.Replay, identity.Topics, identity.Session);
        (cameras, this.broker, this.state) = (pipelines.Cameras, broker, state);
    }

    /// <summary>What <c>/healthz</c> answers: true in ready and degraded, and while an engine is built and frames flow without it.</summary>
    public bool IsHealthy => state.Current is NodeStates.Ready or NodeStates.Degraded || (state.Current is NodeStates.Building && cameras.Any(c => c.Statistics.Published > 0));

    /// <summary>What the node is.</summary>
    public DescriptionDocument Description()
    {
        IEnumerable<ProviderAttempt> attempts = cameras.SelectMany(c => c.Engine.Attempts);
        ModelFile model = cameras[0].Engine.Model;
        ModelDescription about = model.Description;
        return new DescriptionDocument
        {
            Node = settings.NodeId,
            Session = session,
            Host = Environment.MachineName,
            Versions = new Dictionary<string, string>
            {
                ["roboperception"] = typeof(NodeReports).Assembly.GetName().Version!.ToString(3),
                ["dotnet"] = Environment.Version.ToString(),
                ["onnxruntime"] = OnnxRuntimeLibrary.LoadedVersion,
                ["opencv"] = OpenCvSharp.Cv2.GetVersionString() ?? "",
            },
            Model = new ModelSummary(about.Name, model.Sha256[..16], about.Architecture, about.DataSet, about.Licence),
            ExecutionProvider = cameras[0].Engine.Provider.Name(),
            UnavailableProviders = attempts.Where(a => !a.Loaded).GroupBy(a => a.Provider.Name()).ToDictionary(g => g.Key, g => g.First().Reason),
            ConfigHash = ConfigHash(),
            Commands = settings.Remote.Mqtt && !isReplay ? RemoteCommands.Names : null,
            Clock = ClockDescription.Of(UnixClock.Process),
            Cameras = [.. cameras.Select(Camera)],
        };
    }

    /// <summary>The counters and the stage latencies; frames per second since the last call.</summary>
    public MetricsDocument Metrics()
    {
        long now = Environment.TickCount64;
        double seconds = Math.Max(0.001, (now - measuredAt) / 1000.0);
        measuredAt = now;
        var entries = new List<CameraMetrics>();
        foreach (CameraPipeline camera in cameras)
        {
            PipelineStatistics statistics = camera.Statistics;
            long published = statistics.Published;
            entries.Add(new CameraMetrics
            {
                Camera = camera.Camera.Id,
                Captured = camera.Captured,
                Published = published,
                FramesPerSecond = (published - publishedBefore.GetValueOrDefault(camera.Camera.Id)) / seconds,
                Dropped = DropCauses.All.ToDictionary(c => c.Name(), camera.Dropped),
                Superseded = camera.Superseded,
                Age = LatencySummary.Of(statistics.Age),
                Stages = Stages.All.ToDictionary(s => s.Name(), s => LatencySummary.Of(statistics[s])),
            });
            publishedBefore[camera.Camera.Id] = published;
        }
        return new MetricsDocument(session, DateTimeOffset.UtcNow, entries) { UptimeSeconds = (now - startedAt) / 1000.0 };
    }

    /// <summary>How each component is, and whether frames flow.</summary>
    public HealthDocument Health()
    {
        var components = new List<HealthEntry>();
        foreach (CameraPipeline camera in cameras)
        {
            components.Add(Source(camera));
            components.Add(Inference(camera));
        }
        components.Add(Broker(broker.Connection));
        return new HealthDocument(session, DateTimeOffset.UtcNow, components);
    }

    /// <summary>The same numbers as <see cref="Metrics"/> in Prometheus' text format; reading them does not disturb the frame rate.</summary>
    public string Prometheus()
    {
        var text = new StringBuilder();
        void Line(string format, params object[] values) => text.AppendLine(string.Format(CultureInfo.InvariantCulture, format, values));
        Line("# TYPE roboperception_frames_total counter");
        foreach (CameraPipeline camera in cameras)
        {
            Line("roboperception_frames_total{{camera=\"{0}\",outcome=\"captured\"}} {1}", camera.Camera.Id, camera.Captured);
            Line("roboperception_frames_total{{camera=\"{0}\",outcome=\"published\"}} {1}", camera.Camera.Id, camera.Statistics.Published);
        }
        Line("# TYPE roboperception_dropped_total counter");
        foreach (CameraPipeline camera in cameras)
        {
            foreach (DropCause cause in DropCauses.All)
            {
                Line("roboperception_dropped_total{{camera=\"{0}\",cause=\"{1}\"}} {2}", camera.Camera.Id, cause.Name(), camera.Dropped(cause));
            }
        }
        Line("# TYPE roboperception_superseded_total counter");
        foreach (CameraPipeline camera in cameras)
        {
            foreach ((string topic, long count) in camera.Superseded)
            {
                Line("roboperception_superseded_total{{camera=\"{0}\",topic=\"{1}\"}} {2}", camera.Camera.Id, topic, count);
            }
        }
        Line("# TYPE roboperception_stage_seconds summary");
        foreach (CameraPipeline camera in cameras)
        {
            foreach (Stage stage in Stages.All)
            {
                Summary(text, "roboperception_stage_seconds", $"camera=\"{camera.Camera.Id}\",stage=\"{stage.Name()}\"", camera.Statistics[stage]);
            }
        }
        Line("# TYPE roboperception_frame_age_seconds summary");
        foreach (CameraPipeline camera in cameras)
        {
            Summary(text, "roboperception_frame_age_seconds", $"camera=\"{camera.Camera.Id}\"", camera.Statistics.Age);
        }
        Line("# TYPE roboperception_engine_build_seconds gauge");
        foreach (ProviderAttempt attempt in cameras.SelectMany(c => c.Engine.Attempts).Where(a => a.Loaded))
        {
            Line("roboperception_engine_build_seconds{{provider=\"{0}\"}} {1}", attempt.Provider.Name(), attempt.Duration.TotalSeconds);
        }
        return text.ToString();
    }

    private static void Summary(StringBuilder text, string name, string labels, LatencyHistogram histogram)
    {
        foreach (double quantile in new[] { 0.5, 0.95, 0.99 })
        {
            text.AppendLine(string.Create(CultureInfo.InvariantCulture, $"{name}{{{labels},quantile=\"{quantile}\"}} {histogram.Quantile(quantile) / 1e9}"));
        }
        text.AppendLine(string.Create(CultureInfo.InvariantCulture, $"{name}_sum{{{labels}}} {histogram.Sum / 1e9}"));
        text.AppendLine(string.Create(CultureInfo.InvariantCulture, $"{name}_count{{{labels}}} {histogram.Count}"));
    }

    private static HealthEntry Broker(MqttConnection connection)
    {
        if (!connection.IsConnected)
        {
            return new HealthEntry("broker", HealthLevels.Error, "away; reconnecting", HealthCauses.Dead);
        }
        IReadOnlyDictionary<string, string> refused = connection.Refused;
        return refused.Count == 0
            ? new HealthEntry("broker", HealthLevels.Ok, "connected")
            : new HealthEntry("broker", HealthLevels.Error, $"connected, but it does not take {refused.Count} of our topics", HealthCauses.Refused) { Values = refused };
    }

    private static HealthEntry Source(CameraPipeline camera)
    {
        string name = $"camera/{camera.Camera.Id}";
        return camera.SourceState switch
        {
            CaptureState.Running when camera.StillFor > LongestStill => new HealthEntry(
                name, HealthLevels.Warn, string.Create(CultureInfo.InvariantCulture, $"frames come, but the picture has not changed for {camera.StillFor.TotalSeconds:0} s: does the camera hang?"), HealthCauses.Still),
            CaptureState.Running or CaptureState.Ended => new HealthEntry(name, HealthLevels.Ok, camera.SourceState == CaptureState.Ended ? "recording is over" : "frames come"),
            CaptureState.Opening => new HealthEntry(name, HealthLevels.Warn, "opening", HealthCauses.Starved),
            CaptureState.Stalled => new HealthEntry(name, HealthLevels.Warn, camera.SourceProblem ?? $"'{camera.SourceName}' is open but gives no frame", HealthCauses.Starved),
            CaptureState.Reopening => new HealthEntry(name, HealthLevels.Error, camera.SourceProblem ?? $"'{camera.SourceName}' is gone; opening it again", HealthCauses.Starved),
            _ => new HealthEntry(name, HealthLevels.Error, camera.Failure?.Message ?? "stopped", HealthCauses.Dead),
        };
    }

    private static HealthEntry Inference(CameraPipeline camera)
    {
        string name = $"inference/{camera.Camera.Id}";
        if (camera.Failure is { } failure)
        {
            return new HealthEntry(name, HealthLevels.Error, failure.Message, HealthCauses.Dead);
        }
        if (camera.BusyMilliseconds > HungMilliseconds)
        {
            return new HealthEntry(name, HealthLevels.Error, "a frame has been in work for more than 10 s", HealthCauses.Hung);
        }
        long last = camera.Statistics.LastPublishedAt;
        if (last == 0)
        {
            return new HealthEntry(name, HealthLevels.Warn, "no frame published yet", HealthCauses.Starved);
        }
        return Environment.TickCount64 - last > StarvedMilliseconds && camera.SourceState != CaptureState.Ended
            ? new HealthEntry(name, HealthLevels.Warn, "no frame arrives", HealthCauses.Starved)
            : new HealthEntry(name, HealthLevels.Ok, camera.Engine.IsBuilding ? $"frames flow on {camera.Engine.Provider.Name()} while TensorRT builds" : $"frames flow on {camera.Engine.Provider.Name()}");
    }

    private CameraDescription Camera(CameraPipeline camera)
    {
        ModelInput grid = camera.Description.Input;
        List<OutputDescription> outputs = [.. camera.Description.Outputs.Select(o =>
            new OutputDescription(Topics.NameOf(o.Kind), topics.Output(camera.Camera.Id, o.Kind), camera.Controls[o.Kind].ToString().ToLowerInvariant(), grid.Width, grid.Height))];
        if (camera.Controls.OverlayRate > 0 && camera.Description.Output(OutputKind.Segmentation) is not null)
        {
            outputs.Add(new OutputDescription("overlay", topics.Overlay(camera.Camera.Id), "jpeg", grid.Width, grid.Height));
        }
        outputs.AddRange(camera.OutputDescriptions);
        return new CameraDescription
        {
            Id = camera.Camera.Id,
            Source = camera.SourceName,
            SourceWidth = camera.SourceSize.Width,
            SourceHeight = camera.SourceSize.Height,
            DepthFactor = camera.Engine.DepthFactor,
            Clock = camera.IsLive ? ClockDescription.Wall : ClockDescription.Recording,
            Outputs = outputs,
        };
    }

    /// <summary>Two nodes with the same hash were told the same things. Passwords are not part of the settings, so not of the hash either.</summary>
    private string ConfigHash() => Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(settings)));
}
