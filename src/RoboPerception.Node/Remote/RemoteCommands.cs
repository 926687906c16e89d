using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using RoboPerception.Capture;
using RoboPerception.Core;
using RoboPerception.Node.Hosting;
using RoboPerception.Node.Logging;
using RoboPerception.Node.Pipeline;

namespace RoboPerception.Node.Remote;

/// <summary>
/// What a running node does when it is asked to, whoever asks: requests over MQTT and the dashboard's buttons end here. Requests of one kind
/// are served one after another; a model is loaded once at a time.
/// </summary>
internal sealed class RemoteCommands
{
    /// <summary>Bytes of a request at most.</summary>
    public const int MaximumBytes = 4096;

    private const int MostWaiting = 8;
    private static readonly TimeSpan FramePatience = TimeSpan.FromSeconds(5);

    private readonly PipelineService pipelines;
    private readonly RemoteParameters parameters;
    private readonly ILogger log;
    private readonly Dictionary<string, Command> commands;

    /// <summary>Nothing is asked for yet.</summary>
    public RemoteCommands(PipelineService pipelines, RemoteParameters parameters, RemoteRecorder recorder, ModelReload reload, ILoggerFactory logs)
    {
        (this.pipelines, this.parameters, log) = (pipelines, parameters, logs.CreateLogger(LogComponents.Remote));
        commands = new Dictionary<string, Command>(StringComparer.Ordinal)
        {
            ["snapshot"] = new(["camera", "form"], MostWaiting, SnapshotAsync),
            ["record"] = new(["action", "name", "input"], MostWaiting, (request, _) => recorder.HandleAsync(request)),
            ["reload-model"] = new(["file"], 0, reload.HandleAsync),
            ["set-rate"] = new(["camera", "rate"], MostWaiting, (request, _) => SetRateAsync(request)),
            ["set"] = new(["camera", "parameter", "value"], MostWaiting, (request, _) => SetAsync(request)),
        };
    }

    /// <summary>The commands there are.</summary>
    public static IReadOnlyList<string> Names { get; } = ["snapshot", "record", "reload-model", "set-rate", "set"];

    /// <summary>Fulfils a request, or says why not. Never throws.</summary>
    /// <param name="name">Which.</param>
    /// <param name="request">JSON.</param>
    /// <param name="from">Who asks, for the log: mqtt, dashboard.</param>
    /// <param name="stop">The node stops, or nobody waits any more.</param>
    public async Task<RemoteAnswer> RunAsync(string name, ReadOnlyMemory<byte> request, string from, CancellationToken stop)
    {
        try
        {
            Command command = commands.GetValueOrDefault(name) ?? throw new RemoteRefusal($"there is no command '{name}'; there are {string.Join(", ", Names)}");
            RequireSize(request.Length);
            var read = new RemoteRequest(request, command.Fields);
            RemoteAnswer answer = await command.Turn(name).RunAsync(() => command.Work(read, stop), stop).ConfigureAwait(false);
            if (name is not "snapshot")
            {
                log.LogInformation("{Command} by {Origin}: done", name, from);
            }
            return answer;
        }
        catch (Exception e) when (e is RemoteRefusal or UserErrorException)
        {
            log.LogInformation("{Command} by {Origin} is refused: {Reason}", commands.ContainsKey(name) ? name : "a request", from, Printable(e.Message));
            return RemoteAnswer.Refused(e.Message);
        }
        catch (OperationCanceledException)
        {
            return RemoteAnswer.Refused("the node stops");
        }
    }

    /// <summary>Gives a parameter another value, or says why not. Never throws.</summary>
    public Task<RemoteAnswer> SetAsync(string camera, string parameter, string value, string from, CancellationToken stop)
    {
        var request = new JsonObject { ["camera"] = camera, ["parameter"] = parameter, ["value"] = value };
        return RunAsync("set", System.Text.Encoding.UTF8.GetBytes(request.ToJsonString()), from, stop);
    }

    /// <summary>Refuses what is too large.</summary>
    /// <exception cref="RemoteRefusal">It is.</exception>
    public static void RequireSize(long bytes)
    {
        if (bytes > MaximumBytes)
        {
            throw new RemoteRefusal(string.Create(CultureInfo.InvariantCulture, $"the request has {bytes} bytes; {MaximumBytes} are allowed"));
        }
    }

    private Task<RemoteAnswer> SetAsync(RemoteRequest request)
    {
        CameraPipeline camera = parameters.Camera(request.RequiredText("camera"));
        string name = request.RequiredText("parameter");
        parameters.Set(camera, name, request.RequiredScalar("value"));
        return Task.FromResult(RemoteAnswer.Ok(("camera", camera.Camera.Id), ("parameter", name), ("value", RemoteParameters.ValueOf(camera, name))));
    }

    private Task<RemoteAnswer> SetRateAsync(RemoteRequest request)
    {
        IReadOnlyList<CameraPipeline> chosen = request.Text("camera") is { } id ? [parameters.Camera(id)] : pipelines.Cameras;
        string rate = request.RequiredScalar("rate");
        // All or none.
        foreach (CameraPipeline camera in chosen)
        {
            RemoteParameters.Check(camera, RemoteParameters.Rate, rate);
        }
        foreach (CameraPipeline camera in chosen)
        {
            parameters.Set(camera, RemoteParameters.Rate, rate);
        }
        var rates = new JsonObject();
        foreach (CameraPipeline camera in chosen)
        {
            rates[camera.Camera.Id] = camera.Controls.Rate;
        }
        return Task.FromResult(RemoteAnswer.Ok(("rate", rates)));
    }

    private async Task<RemoteAnswer> SnapshotAsync(RemoteRequest request, CancellationToken stop)
    {
        CameraPipeline camera = request.Text("camera") is { } id ? parameters.Camera(id) : pipelines.Cameras[0];
        string form = request.Text("form") ?? "json";
        if (form is not ("json" or "bundle"))
        {
            throw new RemoteRefusal($"'form' is '{form}': it must be json or bundle");
        }
        try
        {
            Web.Live.FrameSnapshot frame = await camera.Snapshot.NextAsync().WaitAsync(FramePatience, stop).ConfigureAwait(false);
            var writer = new SnapshotWriter(camera.Camera.Id, camera.Description);
            return form == "bundle" ? writer.Bundle(frame) : writer.Json(frame);
        }
        catch (TimeoutException)
        {
            throw new RemoteRefusal(string.Create(CultureInfo.InvariantCulture, $"camera '{camera.Camera.Id}' gave no frame within {FramePatience.TotalSeconds:0} s: {camera.SourceProblem ?? (camera.SourceState == CaptureState.Ended ? "its recording is over" : "see topic health")}"));
        }
    }

    /// <summary>What a stranger wrote may not begin a line of its own in the log.</summary>
    private static string Printable(string text) => string.Concat(text.Select(c => char.IsControl(c) ? '?' : c).Take(300));

    private sealed record Command(IReadOnlyCollection<string> Fields, int MostWaiting, Func<RemoteRequest, CancellationToken, Task<RemoteAnswer>> Work)
    {
        private RemoteTurn? turn;

        public RemoteTurn Turn(string name) => LazyInitializer.EnsureInitialized(ref turn, () => new RemoteTurn(name, MostWaiting));
    }
}
