using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RoboPerception.Capture;
using RoboPerception.Core;
using RoboPerception.Inference;
using RoboPerception.Messaging;
using RoboPerception.Node.Configuration;
using RoboPerception.Node.Logging;
using RoboPerception.Node.Pipeline;
using RoboPerception.Node.Recorders;

namespace RoboPerception.Node.Hosting;

/// <summary>The recording of a run: its head when every camera is known, its end when the last of them has stopped.</summary>
internal sealed class RecordingService(Recorder recorder, RecordingSettings recording, PipelineService pipelines, NodeReports reports, NodeLog lines, NodeEnd end, ILoggerFactory logs) : IHostedLifecycleService
{
    private readonly ILogger log = logs.CreateLogger(LogComponents.Recording);

    /// <inheritdoc/>
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Runs before the cameras start, because this service stands before theirs.</summary>
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        recorder.Start(file => WriteHead(file, recording, pipelines, reports), end.Fail);
        lines.Written += recorder.Log;
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Runs after the cameras have stopped.</summary>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        lines.Written -= recorder.Log;
        log.Say(recorder.Finish());
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Writes what is known of the run into the head of a recording.</summary>
    internal static void WriteHead(RecordingFile file, RecordingSettings recording, PipelineService pipelines, NodeReports reports)
    {
        ModelFile model = pipelines.Cameras[0].Engine.Model;
        DescriptionDocument description = reports.Description();
        var facts = new Dictionary<string, string>
        {
            ["node"] = description.Node,
            ["session"] = description.Session,
            ["model"] = model.Description.Name,
            ["model_id"] = model.Sha256[..16],
            ["execution_provider"] = description.ExecutionProvider ?? "",
            ["config_hash"] = description.ConfigHash ?? "",
            [RecordedRun.InputKey] = recording.Input.ToString().ToLowerInvariant(),
        };
        foreach ((string name, string version) in description.Versions)
        {
            facts[$"version.{name}"] = version;
        }
        foreach (CameraPipeline camera in pipelines.Cameras)
        {
            facts[RecordedRun.FitKey(camera.Camera.Id)] = camera.Fit.ToString().ToLowerInvariant();
        }
        file.Write(RecordingSettings.MetadataName, facts);
        file.Attach("description.json", ContentTypes.Json, MessageJson.Write(description));
        ModelInput grid = model.Description.Input;
        foreach (CameraPipeline camera in pipelines.Cameras)
        {
            string id = camera.Camera.Id;
            if (camera.Calibration is { } calibration)
            {
                file.Attach(RecordedRun.CalibrationName(id), "application/yaml", System.Text.Encoding.UTF8.GetBytes(CalibrationFile.Format(calibration)));
            }
            if (model.Description.Output(OutputKind.Segmentation)?.Classes is { } classes)
            {
                file.Attach($"{id}.labels.json", ContentTypes.Json, MessageJson.Write(LabelsDocument.Of(classes)));
            }
            file.AddCalibration(id, CameraInfoDocument.Of(camera.Intrinsics, camera.IsRectified, grid.Width, grid.Height, $"{id}_optical_frame"));
        }
    }
}
