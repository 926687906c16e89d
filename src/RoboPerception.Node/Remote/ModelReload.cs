using System.Globalization;
using Microsoft.Extensions.Logging;
using RoboPerception.Core;
using RoboPerception.Inference;
using RoboPerception.Node.Configuration;
using RoboPerception.Node.Hosting;
using RoboPerception.Node.Logging;
using RoboPerception.Node.Pipeline;

namespace RoboPerception.Node.Remote;

/// <summary>
/// Another model while frames flow. It is read and checked as at the start, self-check and all, beside the one that runs; all cameras change
/// between two frames; a model that fails on a camera's first frame gives the frame, and all cameras, back to the one before.
/// </summary>
internal sealed class ModelReload(NodeSettings settings, ModelFile configured, PipelineService pipelines, RemoteRecorder recorder, ILoggerFactory logs)
{
    private static readonly TimeSpan FirstFrame = TimeSpan.FromSeconds(10);

    private readonly ILogger log = logs.CreateLogger(LogComponents.Inference);

    /// <summary>Fulfils a request.</summary>
    /// <exception cref="RemoteRefusal">The model cannot take the place of the one that runs, which goes on.</exception>
    /// <exception cref="UserErrorException">The model is none, or does not work; the one that runs goes on.</exception>
    public async Task<RemoteAnswer> HandleAsync(RemoteRequest request, CancellationToken stop)
    {
        string path = request.Text("file") is { } name ? InFolder(name) : configured.Path;
        IReadOnlyList<CameraPipeline> cameras = pipelines.Cameras;
        ModelFile former = cameras[0].Engine.Model;
        // Loading takes seconds, and longer where an engine is built.
        (ModelFile model, List<PerceptionEngine> engines) = await Task.Factory.StartNew(() => Load(path, former, cameras), stop, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
        if (engines.Count == 0)
        {
            return Answer(model, changed: false);
        }
        foreach (ProviderAttempt attempt in engines[0].Attempts)
        {
            log.Say(attempt.ToString());
        }
        await ChangeAsync(cameras, engines, stop).ConfigureAwait(false);
        log.LogInformation("model {Model} ({Id}) has taken the place of {Former} ({FormerId})", model.Description.Name, model.Sha256[..16], former.Description.Name, former.Sha256[..16]);
        return Answer(model, changed: true);
    }

    private static RemoteAnswer Answer(ModelFile model, bool changed) => RemoteAnswer.Ok(("changed", changed), ("model", model.Description.Name), ("model_id", model.Sha256[..16]));

    private string InFolder(string name)
    {
        if (settings.Remote.Models is not { } folder)
        {
            throw new RemoteRefusal("models may not be named: set remote.models, or leave 'file' out to read model.file again");
        }
        if (name != Path.GetFileName(name) || !name.EndsWith(".onnx", StringComparison.Ordinal) || name.StartsWith('.') || name.Contains('\0'))
        {
            throw new RemoteRefusal("'file' must be the name of an .onnx file in the folder remote.models, without a path");
        }
        var file = new FileInfo(Path.Combine(folder, name));
        return file.Exists ? file.FullName : throw new RemoteRefusal($"there is no '{name}' in the folder remote.models");
    }

    private static (ModelFile Model, List<PerceptionEngine> Engines) Load(string path, ModelFile former, IReadOnlyList<CameraPipeline> cameras)
    {
        ModelFile model = ModelFile.Load(path);
        if (model.Sha256 == former.Sha256)
        {
            return (model, []);
        }
        Require(former.Description, model.Description);
        var engines = new List<PerceptionEngine>();
        try
        {
            foreach (CameraPipeline camera in cameras)
            {
                engines.Add(camera.Prepare(model));
            }
            return (model, engines);
        }
        catch
        {
            engines.ForEach(e => e.Dispose());
            throw;
        }
    }

    private async Task ChangeAsync(IReadOnlyList<CameraPipeline> cameras, List<PerceptionEngine> engines, CancellationToken stop)
    {
        int tried = 0;
        try
        {
            using IDisposable hold = recorder.Hold("a model is being changed");
            stop.ThrowIfCancellationRequested();
            var firsts = new List<Task<Exception?>>();
            foreach (CameraPipeline camera in cameras)
            {
                firsts.Add(camera.Try(engines[tried]));
                tried++;
            }
            // One failure is enough to go back everywhere; and a camera that gives no frame now is not waited for longer.
            Task limit = Task.Delay(FirstFrame, stop);
            List<Task> waiting = [.. firsts];
            while (waiting.Count > 0 && await Task.WhenAny([.. waiting, limit]).ConfigureAwait(false) is Task<Exception?> { Result: null } first)
            {
                waiting.Remove(first);
            }
            Exception? failure = firsts.Where(f => f.IsCompletedSuccessfully).Select(f => f.Result).FirstOrDefault(e => e is not null);
            foreach (CameraPipeline camera in cameras)
            {
                camera.EndTrial(keep: failure is null);
            }
            if (failure is not null)
            {
                throw new RemoteRefusal($"the model failed on a frame, and the one before goes on: {failure.Message}");
            }
        }
        finally
        {
            // Those that no camera has taken.
            engines.Skip(tried).ToList().ForEach(e => e.Dispose());
        }
    }

    /// <summary>Everything behind the model is made for its grid, outputs and classes.</summary>
    private static void Require(ModelDescription former, ModelDescription next)
    {
        (ModelInput a, ModelInput b) = (former.Input, next.Input);
        if ((a.Width, a.Height) != (b.Width, b.Height))
        {
            throw Other(string.Create(CultureInfo.InvariantCulture, $"its grid is {b.Width}x{b.Height}, not {a.Width}x{a.Height}"));
        }
        if (!former.Outputs.Select(o => o.Kind).SequenceEqual(next.Outputs.Select(o => o.Kind)))
        {
            throw Other($"its outputs are {string.Join(", ", next.Outputs.Select(o => o.Name))}, not {string.Join(", ", former.Outputs.Select(o => o.Name))}");
        }
        IReadOnlyList<ClassInfo> classes = Classes(former), others = Classes(next);
        if (classes.Count != others.Count)
        {
            throw Other(string.Create(CultureInfo.InvariantCulture, $"it has {others.Count} classes, not {classes.Count}"));
        }
        foreach ((ClassInfo now, ClassInfo then) in classes.Zip(others).Where(pair => pair.First != pair.Second))
        {
            throw Other(now.Name == then.Name ? $"its class {then.Id} ({then.Name}) has another colour" : $"its class {then.Id} is {then.Name}, not {now.Name}");
        }

        static IReadOnlyList<ClassInfo> Classes(ModelDescription model) => model.Output(OutputKind.Segmentation)?.Classes?.Classes ?? [];

        static RemoteRefusal Other(string what) => new($"the model cannot take the place of the one that runs: {what}; restart the node with it");
    }
}
