using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RoboPerception.Capture;
using RoboPerception.Core;
using RoboPerception.Inference;
using RoboPerception.Messaging;
using RoboPerception.Node.Commands;
using RoboPerception.Node.Comparison;
using RoboPerception.Node.Configuration;
using RoboPerception.Node.Logging;
using RoboPerception.Node.Pipeline;
using RoboPerception.Node.Recorders;
using RoboPerception.Node.Sources;
using RoboPerception.Node.Web.Foxglove;
using RoboPerception.Node.Web.Live;

namespace RoboPerception.Node.Hosting;

/// <summary>
/// The cameras' pipelines. They are made, engines and all, when the service starts; their sources open when every service is up, so
/// that the first frame finds who wants it.
/// </summary>
internal sealed class PipelineService : IHostedLifecycleService, IDisposable
{
    private const int SheetRows = 4;

    private readonly NodeRequest request;
    private readonly NodeIdentity identity;
    private readonly ModelFile model;
    private readonly BrokerService broker;
    private readonly NodeState state;
    private readonly FrameViews views;
    private readonly ILogger log;
    private readonly ILogger cameraLog;
    private readonly List<CameraPipeline> cameras = [];
    private readonly Recorder? recorder;
    private readonly FoxgloveHub? foxglove;
    private readonly ModelFile? other;
    private readonly Dictionary<string, RecordingVerifier> verifiers = [];
    private ModelDiff? diff;
    private InferenceSettings? inference;

    /// <summary>A service that does not run yet; another model and a recording to compare with are read, since what is wrong with them is told before anything starts.</summary>
    /// <exception cref="UserErrorException">They are none, or cannot be compared with (exit code 2 or 3).</exception>
    public PipelineService(NodeRequest request, NodeIdentity identity, ModelFile model, BrokerService broker, NodeState state, FrameViews views, ILoggerFactory logs, Recorder? recorder = null, FoxgloveHub? foxglove = null)
    {
        (this.recorder, this.foxglove) = (recorder, foxglove);
        (this.request, this.identity, this.model, this.broker, this.state, this.views) = (request, identity, model, broker, state, views);
        (log, cameraLog) = (logs.CreateLogger(LogComponents.Inference), logs.CreateLogger(LogComponents.Camera));
        other = request.Diff is { } file ? ModelDiff.Load(file, model.Description) : null;
        foreach (CameraSettings camera in request.Verify ? request.Settings.Cameras : [])
        {
            verifiers.Add(camera.Id, VerifierOf(camera.Source));
        }
    }

    /// <summary>The pipelines; all of them once the service has started.</summary>
    public IReadOnlyList<CameraPipeline> Cameras => cameras;

    /// <inheritdoc/>
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        NodeSettings settings = request.Settings;
        inference = new InferenceSettings
        {
            Providers = ExecutionProviders.Parse(string.Join(',', settings.Providers)),
            Threads = settings.Threads,
            TensorRtHalfPrecision = settings.Fp16,
            Precision = settings.HalfPrecision ? Precision.Float16 : Precision.Float32,
            CudaGraph = settings.CudaGraph,
            EngineCacheFolder = settings.EngineCache,
        };
        var common = new PipelineRequest(inference, settings, identity.SessionId, request.Frames, request.ContactSheet is null || request.Diff is not null ? 0 : SheetRows, request.Score) { Report = request.Report is not null, Views = views, Tap = TapOf };
        state.Set(NodeStates.Warming);
        SourceFactory sources = NodeSources.Factory();
        foreach (CameraSettings camera in settings.Cameras)
        {
            cameras.Add(new CameraPipeline(camera, model, common, sources, broker.Connection, identity.Topics, cameraLog.Say));
        }
        foreach (ProviderAttempt attempt in cameras[0].Engine.Attempts)
        {
            log.Say(attempt.ToString());
        }
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        foreach (CameraPipeline camera in cameras)
        {
            cancellationToken.ThrowIfCancellationRequested();
            camera.Start();
        }
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Stops the sources, lets what is under way come out, prints the score and writes the contact sheet.</summary>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        try
        {
            cameras.ForEach(c => c.Stop());
            foreach (CameraPipeline camera in cameras)
            {
                if (camera.Score is { } score)
                {
                    Console.WriteLine(score.Summary(camera.Camera.Id));
                }
            }
            WriteSheet();
            WriteReport();
            if (diff is not null && cameras.TrueForAll(c => c.Failure is null))
            {
                Console.WriteLine(DiffTable.Of(diff.Document, model.Description.Name));
            }
            if (cameras.TrueForAll(c => c.Failure is null))
            {
                verifiers.Values.ToList().ForEach(v => Console.WriteLine(v.Summary));
            }
        }
        finally
        {
            cameras.ForEach(c => c.Dispose());
        }
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void WriteReport()
    {
        if (request.Report is { } path && cameras.FirstOrDefault() is { Report: { } report, Failure: null } camera)
        {
            AtomicFile.Write(path, report.ToJson(camera.SourceName, model, camera.Engine.Provider.Name(), camera.Statistics, diff?.Document));
            cameraLog.LogInformation("report: {File}", path);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        verifiers.Values.ToList().ForEach(v => v.Dispose());
        diff?.Dispose();
    }

    private IFrameTap? TapOf(CameraSettings camera)
    {
        if (other is not null)
        {
            return diff = new ModelDiff(camera, CameraPipeline.CalibrationOf(camera, McapSource.RunOf(camera.Source)), model, other, inference!, request.ContactSheet is not null);
        }
        // The recorder goes last: it takes the image away.
        return request.Verify ? verifiers[camera.Id] : FrameTaps.Of(foxglove?.TapOf(camera), recorder?.TapOf(camera));
    }

    private RecordingVerifier VerifierOf(string source)
    {
        RecordedRun run = McapSource.RunOf(source)
            ?? throw new UserErrorException(ExitCode.Usage, $"--verify needs a recording: replay FILE{RecordedRun.Extension} --verify");
        return new RecordingVerifier(McapSource.PathOf(source)!, run, McapSource.CameraOf(source, run), model);
    }

    private void WriteSheet()
    {
        if (request.ContactSheet is { } sheetOfDiff && diff is not null)
        {
            diff.SaveSheet(sheetOfDiff);
            cameraLog.LogInformation("contact sheet of the differences: {File}", sheetOfDiff);
            return;
        }
        if (request.ContactSheet is not { } path || cameras.FirstOrDefault()?.Sheet is not { } sheet)
        {
            return;
        }
        if (sheet.Count == 0)
        {
            cameraLog.LogWarning("no contact sheet: no frame was processed, so there is nothing to write to {File}", path);
            return;
        }
        sheet.Save(path);
        cameraLog.LogInformation("contact sheet: {File}", path);
    }
}
