using System.Globalization;
using System.Security.Cryptography;
using RoboPerception.Capture;
using RoboPerception.Core;
using RoboPerception.Inference;
using RoboPerception.Messaging;
using RoboPerception.Node.Brokers;
using RoboPerception.Node.Commands;
using RoboPerception.Node.Configuration;
using RoboPerception.Node.Health;
using RoboPerception.Node.Pipeline;
using RoboPerception.Node.Sources;

namespace RoboPerception.Node;

/// <summary>
/// One run of the node from start to end: broker, model, cameras, then a beat a second that publishes health and metrics
/// and looks after what can die, until a signal, the end of the recording, or an error that cannot heal.
/// </summary>
internal sealed class NodeHost : IAsyncDisposable
{
    private const int SheetRows = 4;
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);

    private readonly NodeRequest request;
    private readonly NodeLog log;
    private readonly Topics topics;
    private readonly string session;
    private readonly uint sessionId;
    private readonly List<CameraPipeline> cameras = [];
    private readonly SystemdNotifier systemd = new(Environment.GetEnvironmentVariable("NOTIFY_SOCKET"));
    private ModelFile? model;
    private LocalBroker? broker;
    private MqttConnection? connection;
    private NodeReports? reports;
    private HttpEndpoint? http;
    private string state = NodeStates.Starting;
    private string describedAs = "";
    private volatile string? successor;

    /// <summary>A node that does not run yet.</summary>
    public NodeHost(NodeRequest request, NodeLog log)
    {
        (this.request, this.log) = (request, log);
        sessionId = BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(4));
        session = sessionId.ToString("x8", CultureInfo.InvariantCulture);
        topics = new Topics(request.Settings.Prefix, request.Settings.NodeId);
    }

    /// <summary>The pipelines, for tests and benchmarks.</summary>
    public IReadOnlyList<CameraPipeline> Cameras => cameras;

    /// <summary>Where subscribers connect, once running.</summary>
    public BrokerAddress Broker => connection!.Broker;

    /// <summary>Brings everything up.</summary>
    /// <exception cref="UserErrorException">With the exit code of what is missing: 2 configuration, 3 model, 4 source, 5 broker.</exception>
    public async Task StartAsync(CancellationToken stop)
    {
        NodeSettings settings = request.Settings;
        if (settings.Cameras.Count == 0)
        {
            throw new UserErrorException(ExitCode.Usage, "no source: name one, e.g. 'roboperception run v4l2:///dev/video0', or list cameras in the configuration");
        }
        if (settings.OnnxRuntimeLibrary is { } library)
        {
            Environment.SetEnvironmentVariable(OnnxRuntimeLibrary.PathVariable, library);
        }
        model = ModelFile.Load(settings.ModelFile.Length > 0 ? settings.ModelFile : DefaultModel.Find());
        MqttConnectionOptions brokerOptions = ConnectionOptions(settings);
        connection = new MqttConnection(brokerOptions);
        connection.Listen(topics.TakeOver, OnTakeOver);
        if (broker is null)
        {
            await new BrokerStart(LookingOptions(brokerOptions), topics, session, log.Write).LookAsync(model.Description, settings, request.TakeOver, stop).ConfigureAwait(false);
        }
        await connection.StartAsync(stop).ConfigureAwait(false);
        SetState(NodeStates.Starting);

        var inference = new InferenceSettings
        {
            Providers = ExecutionProviders.Parse(string.Join(',', settings.Providers)),
            Threads = settings.Threads,
            TensorRtHalfPrecision = settings.Fp16,
            Precision = settings.HalfPrecision ? Precision.Float16 : Precision.Float32,
            CudaGraph = settings.CudaGraph,
            EngineCacheFolder = settings.EngineCache,
        };
        var pipelineRequest = new PipelineRequest(inference, settings, sessionId, request.Frames, request.ContactSheet is null ? 0 : SheetRows, request.Score);
        SetState(NodeStates.Warming);
        var sources = new SourceFactory();
        sources.Register("scene", SceneSource.Example, uri => new SceneSource(uri));
        foreach (CameraSettings camera in settings.Cameras)
        {
            cameras.Add(new CameraPipeline(camera, model, pipelineRequest, sources, connection, topics, log.Write));
        }
        reports = new NodeReports(settings, topics, session, model, cameras);
        foreach (ProviderAttempt attempt in cameras[0].Engine.Attempts)
        {
            log.Write(attempt.ToString());
        }
        PublishConstants();
        if (settings.HttpPort > 0)
        {
            http = new HttpEndpoint(settings.HttpPort, Healthz, reports.Prometheus);
        }
        foreach (CameraPipeline camera in cameras)
        {
            camera.Start();
        }
    }

    /// <summary>Runs until the recordings are over, a pipeline ends by an error, or <paramref name="stop"/>.</summary>
    /// <exception cref="UserErrorException">A pipeline ended by an error.</exception>
    public async Task RunAsync(CancellationToken stop)
    {
        using var beat = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        long nextReport = 0;
        while (!stop.IsCancellationRequested && successor is null && !cameras.TrueForAll(c => c.IsFinished))
        {
            long now = Environment.TickCount64;
            if (now >= nextReport)
            {
                nextReport = now + (long)Beat.TotalMilliseconds;
                Report();
            }
            FollowState();
            ReviveBroker();
            try
            {
                await beat.WaitForNextTickAsync(stop).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                break;
            }
        }
        Report();
        if (successor is { } other)
        {
            throw new UserErrorException(ExitCode.Broker, $"another node has taken over the name '{topics.Node}' (session {other}); this one ends");
        }
        foreach (CameraPipeline camera in cameras)
        {
            if (camera.Failure is { } failure)
            {
                throw failure as UserErrorException ?? new UserErrorException(ExitCode.Failed, $"camera '{camera.Camera.Id}' ended: {failure.Message}", failure);
            }
        }
        if (request.Replay && cameras.Exists(c => c.RefusedFrames > 0) && cameras.TrueForAll(c => c.SentFrames == 0))
        {
            throw new UserErrorException(ExitCode.Broker, $"the broker {connection!.Broker} took none of the frames: {string.Join("; ", connection.Refused.Select(r => $"'{r.Key}': {r.Value}"))}");
        }
    }

    /// <summary>Stops the cameras, says <c>stopped</c>, writes the contact sheet, ends the broker.</summary>
    public async ValueTask DisposeAsync()
    {
        systemd.Stopping();
        http?.Dispose();
        if (connection is not null)
        {
            SetState(NodeStates.Stopping);
        }
        foreach (CameraPipeline camera in cameras)
        {
            camera.Stop();
        }
        foreach (CameraPipeline camera in cameras)
        {
            if (camera.Score is { } score)
            {
                Console.WriteLine(score.Summary(camera.Camera.Id));
            }
        }
        try
        {
            if (request.ContactSheet is { } path && cameras.FirstOrDefault()?.Sheet is { } sheet)
            {
                if (sheet.Count > 0)
                {
                    sheet.Save(path);
                }
                log.Write(sheet.Count > 0 ? $"contact sheet: {path}" : $"no contact sheet: no frame was processed, so there is nothing to write to {path}");
            }
        }
        finally
        {
            cameras.ForEach(c => c.Dispose());
            if (connection is not null)
            {
                await connection.StopAsync(topics.Status, MessageJson.Write(new StatusDocument(NodeStates.Stopped, session, DateTimeOffset.UtcNow))).ConfigureAwait(false);
                await connection.DisposeAsync().ConfigureAwait(false);
            }
            broker?.Dispose();
            systemd.Dispose();
        }
    }

    private MqttConnectionOptions ConnectionOptions(NodeSettings settings)
    {
        BrokerAddress address;
        if (settings.BrokerUrl is { } url)
        {
            address = BrokerAddress.Parse(url);
        }
        else
        {
            broker = LocalBroker.Start(port: settings.BrokerPort > 0 ? settings.BrokerPort : null);
            address = broker.Address;
            log.Write($"own broker at {address}, WebSocket at ws://127.0.0.1:{broker.WebSocketPort}");
        }
        return new MqttConnectionOptions
        {
            Broker = address,
            ClientId = $"roboperception-{settings.NodeId}-{session}",
            PasswordFile = settings.PasswordFile,
            Password = Environment.GetEnvironmentVariable("ROBOPERCEPTION__BROKER__PASSWORD"),
            CaFile = settings.CaFile,
            // A robot that boots waits for its broker; a replay in CI must not.
            FailFast = request.Replay,
            Will = new MqttWill(topics.Status, MessageJson.Write(new StatusDocument(NodeStates.Lost, session))),
            Log = log.Write,
        };
    }

    /// <summary>The same broker for a short look: nobody's will, no waiting, nothing in the log.</summary>
    private static MqttConnectionOptions LookingOptions(MqttConnectionOptions options) => new()
    {
        Broker = options.Broker,
        ClientId = $"{options.ClientId}-look",
        PasswordFile = options.PasswordFile,
        Password = options.Password,
        CaFile = options.CaFile,
        FailFast = true,
    };

    private void OnTakeOver(byte[] json)
    {
        try
        {
            string other = MessageJson.Read<StatusDocument>(json).Session;
            successor = other == session ? successor : other;
        }
        catch (System.Text.Json.JsonException)
        {
            log.Write($"{topics.TakeOver}: not a take-over message");
        }
    }

    /// <summary>What is said once and kept by the broker: who we are, each camera's geometry and classes.</summary>
    private void PublishConstants()
    {
        ModelInput grid = model!.Description.Input;
        foreach (CameraPipeline camera in cameras)
        {
            string id = camera.Camera.Id;
            connection!.SetRetained(topics.CameraInfo(id), MessageJson.Write(
                CameraInfoDocument.Of(camera.Intrinsics, camera.IsRectified, grid.Width, grid.Height, $"{id}_optical_frame")));
            if (model.Description.Output(OutputKind.Segmentation)?.Classes is { } classes)
            {
                connection.SetRetained(topics.Labels(id), MessageJson.Write(LabelsDocument.Of(classes)));
            }
        }
        Describe();
    }

    /// <summary>Publishes the description when it changed: the provider was swapped, or a camera's size became known.</summary>
    private void Describe()
    {
        byte[] description = MessageJson.Write(reports!.Description());
        string text = Convert.ToBase64String(description);
        if (text != describedAs)
        {
            describedAs = text;
            connection!.SetRetained(topics.Description, description);
        }
    }

    private void Report()
    {
        connection!.TryPublish(topics.Health, MessageJson.Write(reports!.Health(connection)));
        connection.TryPublish(topics.Metrics, MessageJson.Write(reports.Metrics()));
        Describe();
        bool flows = cameras.Exists(c => Environment.TickCount64 - c.Statistics.LastPublishedAt < 2 * Beat.TotalMilliseconds && c.Statistics.Published > 0);
        bool sourceIsDown = cameras.TrueForAll(c => c.SourceState is CaptureState.Reopening or CaptureState.Stalled or CaptureState.Opening);
        if (flows || sourceIsDown)
        {
            systemd.Alive();
        }
    }

    private void FollowState()
    {
        if (!cameras.Exists(c => c.Statistics.Published > 0))
        {
            return;
        }
        systemd.Ready();
        bool building = cameras.Exists(c => c.Engine.IsBuilding);
        bool whole = cameras.TrueForAll(c => c.SourceState is CaptureState.Running or CaptureState.Ended && c.Failure is null) && connection!.Refused.Count == 0;
        SetState(building ? NodeStates.Building : whole ? NodeStates.Ready : NodeStates.Degraded);
    }

    private void SetState(string next)
    {
        if (next == state && next != NodeStates.Starting)
        {
            return;
        }
        state = next;
        connection!.SetRetained(topics.Status, MessageJson.Write(new StatusDocument(next, session, DateTimeOffset.UtcNow)));
        systemd.Status(next);
    }

    /// <summary>Our own broker died (killed, out of memory): a new one on the same port, where subscribers expect it.</summary>
    private void ReviveBroker()
    {
        if (broker is not { HasExited: true } dead)
        {
            return;
        }
        log.Write($"our broker at {dead.Address} has ended; starting it again");
        dead.Dispose();
        broker = LocalBroker.Start(port: dead.Address.Port);
    }

    private (bool Healthy, string Body) Healthz()
    {
        bool healthy = state is NodeStates.Ready or NodeStates.Degraded or NodeStates.Building && cameras.Exists(c => c.Statistics.Published > 0);
        return (healthy, System.Text.Encoding.UTF8.GetString(MessageJson.Write(reports!.Health(connection!))));
    }
}
