using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RoboPerception.Core;
using RoboPerception.Node.Hosting;
using RoboPerception.Node.Logging;
using RoboPerception.Node.Pipeline;
using RoboPerception.Node.Recorders;

namespace RoboPerception.Node.Remote;

/// <summary>
/// Recordings that are begun and ended from outside while the node runs, one at a time. A frame belongs to the recording that ran when
/// inference took it. A recording that cannot go on (a full disk) ends alone; the node runs on.
/// </summary>
internal sealed class RemoteRecorder : IHostedService
{
    private readonly RecordingFolder folder;
    private readonly PipelineService pipelines;
    private readonly NodeIdentity identity;
    private readonly Lazy<NodeReports> reports;
    private readonly NodeLog lines;
    private readonly ILogger log;
    private readonly bool isRecordedRun;
    private readonly Lock gate = new();
    private volatile Recorder? current;
    private string file = "";
    private string name = "";
    private string? failure;
    private string? busy;

    /// <summary>Nothing is recorded yet.</summary>
    public RemoteRecorder(RecordingFolder folder, PipelineService pipelines, NodeIdentity identity, NodeReports reports, NodeLog lines, ILoggerFactory logs, Recorder? run = null)
    {
        (this.folder, this.pipelines, this.identity, this.reports, this.lines) = (folder, pipelines, identity, new Lazy<NodeReports>(reports), lines);
        log = logs.CreateLogger(LogComponents.Recording);
        isRecordedRun = run is not null;
    }

    /// <summary>What records now; null = nothing.</summary>
    public Recorder? Current => current;

    /// <summary>Name of the file that is being written; null = none.</summary>
    public string? CurrentName => current is null ? null : name;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Ends what still records; the pipelines have stopped.</summary>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        if (current is not null)
        {
            Stop();
        }
        return Task.CompletedTask;
    }

    /// <summary>Fulfils a request.</summary>
    /// <exception cref="RemoteRefusal">It cannot be.</exception>
    public Task<RemoteAnswer> HandleAsync(RemoteRequest request) => Task.FromResult(request.RequiredText("action") switch
    {
        "start" => Start(request),
        "stop" => Stop(),
        var other => throw new RemoteRefusal($"'action' is '{other}': it must be start or stop"),
    });

    /// <summary>Keeps recordings from beginning while something changes that a recording states once.</summary>
    /// <param name="what">What changes, for whoever wants to record meanwhile.</param>
    /// <exception cref="RemoteRefusal">A recording runs.</exception>
    public IDisposable Hold(string what)
    {
        lock (gate)
        {
            if (isRecordedRun || current is not null)
            {
                throw new RemoteRefusal($"a recording runs, whose head names one model and one geometry: {(isRecordedRun ? "this run is recorded from start to end" : "stop it first")}");
            }
            Require();
            busy = what;
        }
        return new Held(this);
    }

    private RemoteAnswer Start(RemoteRequest request)
    {
        RecordedInput input = request.Text("input") switch
        {
            null or "jpeg" => RecordedInput.Jpeg,
            "lossless" => RecordedInput.Lossless,
            "none" => RecordedInput.None,
            var other => throw new RemoteRefusal($"'input' is '{other}': it must be jpeg, lossless or none"),
        };
        lock (gate)
        {
            if (isRecordedRun)
            {
                throw new RemoteRefusal("this run is recorded from start to end already");
            }
            if (current is not null)
            {
                throw new RemoteRefusal($"'{name}' is being recorded: stop it first");
            }
            Require();
            var settings = new RecordingSettings(folder.NewFile(request.Text("name"), identity.Topics.Node), input);
            var recorder = new Recorder(settings, pipelines.Cameras[0].Engine.Model);
            List<(CameraPipeline Camera, IFrameTap Tap)> taps = [.. pipelines.Cameras.Select(c => (c, recorder.TapOf(c.Camera)))];
            recorder.Start(file => RecordingService.WriteHead(file, settings, pipelines, reports.Value), e => Fail(recorder, e));
            (current, file, name, failure) = (recorder, settings.File, Path.GetFileName(settings.File), null);
            lines.Written += recorder.Log;
            taps.ForEach(t => t.Camera.Show(t.Tap));
        }
        log.LogInformation("recording to {File}", name);
        return RemoteAnswer.Ok(("recording", true), ("name", name));
    }

    private RemoteAnswer Stop()
    {
        Recorder recorder;
        string ended;
        lock (gate)
        {
            recorder = current ?? throw new RemoteRefusal($"nothing is being recorded{(isRecordedRun ? " by request; this run is recorded from start to end" : failure is null ? "" : $"; {failure}")}");
            (ended, busy) = (name, "a recording is being ended");
            Detach(recorder);
        }
        try
        {
            string summary = recorder.Finish();
            log.Say(summary);
            // Where the folder lies is nobody's business but its owner's.
            summary = summary.Replace(file, ended, StringComparison.Ordinal);
            return RemoteAnswer.Ok(("recording", false), ("name", ended), ("frames", recorder.Recorded), ("left_out", recorder.LeftOut), ("summary", summary));
        }
        finally
        {
            recorder.Dispose();
            Release();
        }
    }

    /// <summary>On the recorder's own thread, whose file is closed already.</summary>
    private void Fail(Recorder recorder, Exception cause)
    {
        lock (gate)
        {
            if (current == recorder)
            {
                Detach(recorder);
                failure = cause.Message.Replace(file, name, StringComparison.Ordinal);
            }
        }
        log.LogError("{Reason}", cause.Message);
        recorder.Dispose();
    }

    private void Detach(Recorder recorder)
    {
        foreach (CameraPipeline camera in pipelines.Cameras)
        {
            camera.Show(null);
        }
        lines.Written -= recorder.Log;
        current = null;
    }

    private void Require()
    {
        if (busy is { } what)
        {
            throw new RemoteRefusal($"{what}: ask again when that is done");
        }
    }

    private void Release()
    {
        lock (gate)
        {
            busy = null;
        }
    }

    private sealed class Held(RemoteRecorder recorder) : IDisposable
    {
        public void Dispose() => recorder.Release();
    }
}
