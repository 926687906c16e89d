using System.Text.Json.Nodes;
using RoboPerception.Core;
using RoboPerception.Inference;

namespace RoboPerception.Node.GpuCheck;

/// <summary>One model on the provider, against the float32 predictions of the CPU: as the file is, in half precision, or as a recorded CUDA graph.</summary>
internal static class CheckedModel
{
    /// <summary>The self-check that a node makes before it publishes, and the time of a run.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">The provider.</param>
    /// <param name="settings">In which floats, and whether kernels are recorded and replayed.</param>
    public static JsonObject Check(string path, GpuCheckOptions options, InferenceSettings settings) => Check(path, options, settings, PerceptionSession.Open);

    /// <summary>Lets a test put a session in the place of one on a GPU.</summary>
    internal static JsonObject Check(string path, GpuCheckOptions options, InferenceSettings settings, ExecutionProviderSelector.OpenSession open)
    {
        ModelFile model = ModelFile.Load(path);
        bool half = settings.Precision == Precision.Float16;
        var report = new JsonObject { ["model"] = Path.GetFileName(path), ["id"] = model.ModelId.ToString("x16", null), ["precision"] = half ? "fp16" : "float32" };
        var known = new JsonArray([.. ModelFaults.Of(model).Select(fault => (JsonNode)fault)]);
        if (known.Count > 0)
        {
            report["known_faults"] = known;
        }
        using HalfCopy? copy = options.IsRehearsal && half ? new HalfCopy(model) : null;
        bool asCuda = copy is not null || (options.IsRehearsal && settings.CudaGraph);
        var buffers = new FrameBuffers(model.Description, 1);
        (PerceptionSession? session, ProviderAttempt attempt) = (asCuda ? Rehearsal(model, settings, copy?.Model ?? model) : new ExecutionProviderSelector(model, settings, open))
            .TryOpen(asCuda ? ExecutionProvider.Cuda : options.Provider, buffers);
        // A graph that was asked for and cannot be recorded is told as such: the node runs without, at half the rate on an H200, which waits for launches.
        report["passed"] = session is not null && attempt.Limitation.Length == 0;
        report["seconds_to_open"] = Math.Round(attempt.Duration.TotalSeconds, 2);
        if (session is null)
        {
            report["reason"] = attempt.Reason;
            report["remedy"] = attempt.Remedy;
            return report;
        }
        if (attempt.Limitation.Length > 0)
        {
            report["reason"] = attempt.Limitation;
        }
        using (session)
        {
            session.WarmUp(buffers);
            report["run"] = Timings.Take(() => session.Run(0), options.Seconds).ToJson();
        }
        return report;
    }

    // In a rehearsal the file runs on the CPU by CUDA's name, so that it is held against the model itself, and frames go the way that a recorded graph needs.
    private static ExecutionProviderSelector Rehearsal(ModelFile model, InferenceSettings settings, ModelFile file) =>
        new(model, settings, (_, provider, used, buffers) => PerceptionSession.Open(file, ExecutionProvider.Cpu, used, buffers, provider, used.CudaGraph ? new CpuTransfer() : null));

    /// <summary>The model's copy in half precision as a file of its own.</summary>
    private sealed class HalfCopy : IDisposable
    {
        private readonly string path = Path.Combine(Path.GetTempPath(), $"roboperception-half-{Guid.NewGuid():n}.onnx");

        public HalfCopy(ModelFile model)
        {
            AtomicFile.Write(path, model.InHalfPrecision());
            Model = ModelFile.Load(path);
        }

        public ModelFile Model { get; }

        public void Dispose() => File.Delete(path);
    }
}
