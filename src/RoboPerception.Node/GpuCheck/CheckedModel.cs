using System.Text.Json.Nodes;
using RoboPerception.Core;
using RoboPerception.Inference;

namespace RoboPerception.Node.GpuCheck;

/// <summary>One model on the provider, against the float32 predictions of the CPU: as the file is, and in half precision.</summary>
internal static class CheckedModel
{
    /// <summary>The self-check that a node makes before it publishes, and the time of a run.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">The provider.</param>
    /// <param name="precision">In which floats.</param>
    public static JsonObject Check(string path, GpuCheckOptions options, Precision precision)
    {
        ModelFile model = ModelFile.Load(path);
        var report = new JsonObject { ["model"] = Path.GetFileName(path), ["id"] = model.ModelId.ToString("x16", null), ["precision"] = precision == Precision.Float16 ? "fp16" : "float32" };
        var known = new JsonArray([.. ModelFaults.Of(model).Select(fault => (JsonNode)fault)]);
        if (known.Count > 0)
        {
            report["known_faults"] = known;
        }
        using HalfCopy? copy = options.IsRehearsal && precision == Precision.Float16 ? new HalfCopy(model) : null;
        var buffers = new FrameBuffers(model.Description, 1);
        (PerceptionSession? session, ProviderAttempt attempt) = Selector(model, options.Settings with { Precision = precision }, copy)
            .TryOpen(copy is null ? options.Provider : ExecutionProvider.Cuda, buffers);
        report["passed"] = session is not null;
        report["seconds_to_open"] = Math.Round(attempt.Duration.TotalSeconds, 2);
        if (session is null)
        {
            report["reason"] = attempt.Reason;
            report["remedy"] = attempt.Remedy;
            return report;
        }
        using (session)
        {
            session.WarmUp(buffers);
            report["run"] = Timings.Take(() => session.Run(0), options.Seconds).ToJson();
        }
        return report;
    }

    // In a rehearsal the copy in half precision runs on the CPU by CUDA's name, so that it is held against the file itself.
    private static ExecutionProviderSelector Selector(ModelFile model, InferenceSettings settings, HalfCopy? copy) => copy is null
        ? new ExecutionProviderSelector(model, settings)
        : new ExecutionProviderSelector(model, settings, (file, provider, used, buffers) => PerceptionSession.Open(copy.Model, ExecutionProvider.Cpu, used, buffers, provider));

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
