using System.Diagnostics;
using RoboPerception.Core;

namespace RoboPerception.Inference;

/// <summary>
/// Tries execution providers for real: a provider counts as loaded when a session on it predicted on the golden input what the CPU
/// does, not when a list names it.
/// </summary>
internal sealed class ExecutionProviderSelector
{
    private readonly ModelFile model;
    private readonly InferenceSettings settings;
    private readonly OpenSession open;
    private readonly Lock gate = new();
    private OutputBuffers? reference;

    /// <summary>Tries providers for a model.</summary>
    public ExecutionProviderSelector(ModelFile model, InferenceSettings settings)
        : this(model, settings, PerceptionSession.Open)
    {
    }

    internal ExecutionProviderSelector(ModelFile model, InferenceSettings settings, OpenSession open)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(settings);
        (this.model, this.settings, this.open) = (model, settings, open);
    }

    /// <summary>How a session is made; tests put a slow or a wrong one here, as no test machine need have a GPU.</summary>
    internal delegate PerceptionSession OpenSession(ModelFile model, ExecutionProvider provider, InferenceSettings settings, FrameBuffers buffers);

    /// <summary>Loads a provider's libraries without a model: what <c>doctor</c> reports, and a quick no before a long engine build.</summary>
    /// <exception cref="UserErrorException">The library the user named cannot be used.</exception>
    public static ProviderAttempt Probe(ExecutionProvider provider, InferenceSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        OnnxRuntimeLibrary.Use();
        long start = Stopwatch.GetTimestamp();
        try
        {
            SessionOptionsFactory.Probe(provider, settings);
            return new ProviderAttempt(provider, true, "", "", Stopwatch.GetElapsedTime(start));
        }
        catch (Exception e) when (NativeFailure.Is(e))
        {
            return Failed(provider, NativeFailure.Reason(e), start);
        }
    }

    /// <summary>
    /// Opens a session, runs it on the golden input and compares the predictions. The session is bound to <paramref name="buffers"/> only
    /// after it has passed, so buffers in use are not disturbed; null if it did not.
    /// </summary>
    /// <exception cref="UserErrorException">The CPU session itself fails or does not predict what it did at export (exit code 3): no provider can.</exception>
    public (PerceptionSession? Session, ProviderAttempt Attempt) TryOpen(ExecutionProvider provider, FrameBuffers buffers)
    {
        ArgumentNullException.ThrowIfNull(buffers);
        long start = Stopwatch.GetTimestamp();
        try
        {
            bool cached = provider == ExecutionProvider.TensorRt && EngineCache.HoldsEngine(EngineCache.FolderFor(model, settings));
            string limitation = "";
            (PerceptionSession? session, string failure) = OpenChecked(provider, settings);
            if (session is null && cached)
            {
                // A kept engine can be damaged or foreign; a fresh one decides.
                EngineCache.Discard(EngineCache.FolderFor(model, settings));
                (session, failure) = OpenChecked(provider, settings);
            }
            if (session is null && IsRecorded(provider, settings))
            {
                // Not every model can be recorded: an operator that the provider leaves to the CPU stands in the way.
                limitation = $"its kernels are launched one by one, because recorded as a CUDA graph they do not run: {ProviderRemedy.Shorten(failure)}";
                (session, failure) = OpenChecked(provider, settings with { CudaGraph = false });
            }
            if (session is null)
            {
                return (null, Failed(provider, failure, start));
            }
            session.Bind(buffers);
            return (session, new ProviderAttempt(provider, true, "", "", Stopwatch.GetElapsedTime(start)) { Limitation = limitation });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (null, Failed(provider, $"the engine cache cannot be used: {e.Message}", start));
        }
    }

    private static bool IsRecorded(ExecutionProvider provider, InferenceSettings settings) => provider == ExecutionProvider.Cuda && settings.CudaGraph;

    private (PerceptionSession? Session, string Failure) OpenChecked(ExecutionProvider provider, InferenceSettings settings)
    {
        var buffers = new FrameBuffers(model.Description, 1);
        PerceptionSession? session = null;
        bool passed = false;
        try
        {
            session = open(model, provider, settings, buffers);
            session.WarmUp(buffers);
            if (provider == ExecutionProvider.Cpu)
            {
                RequirePredictionOfExport(buffers.Outputs[0]);
                passed = true;
                return (session, "");
            }
            SelfCheckResult result = SelfCheck.Compare(Reference(), buffers.Outputs[0], settings.Tolerance);
            passed = result.Passed;
            return passed ? (session, "") : (null, $"it does not predict on the golden input what the CPU does: {result.Summary}{(IsRecorded(provider, settings) ? "" : Place(provider))}");
        }
        catch (Exception e) when (NativeFailure.Is(e))
        {
            return provider == ExecutionProvider.Cpu
                ? throw new UserErrorException(ExitCode.ModelContract, $"Model '{model.Path}' does not run on the CPU: {NativeFailure.Reason(e)}", e)
                : (null, NativeFailure.Reason(e));
        }
        finally
        {
            if (!passed)
            {
                session?.Dispose();
            }
        }
    }

    /// <summary>
    /// Where in the graph the predictions part, to go on in the message. Not for TensorRT: every look inside would build another engine, which
    /// <c>doctor</c> does on demand.
    /// </summary>
    private string Place(ExecutionProvider provider)
    {
        if (provider != ExecutionProvider.Cuda)
        {
            return $"; 'roboperception doctor --model {model.Path} --provider {provider.Name()}' finds where they part";
        }
        try
        {
            return GraphBisection.Find(model, provider, settings) is { } place ? $"; {place}" : "; no single operator differs by more than half precision would";
        }
        catch (Exception e) when (NativeFailure.Is(e) || e is FormatException)
        {
            // The finding stands without its place.
            return "";
        }
    }

    /// <summary>The CPU's predictions on the golden input, made when the first GPU session needs them.</summary>
    private OutputBuffers Reference()
    {
        lock (gate)
        {
            if (reference is null)
            {
                var buffers = new FrameBuffers(model.Description, 1);
                using PerceptionSession cpu = PerceptionSession.Open(model, ExecutionProvider.Cpu, settings, buffers);
                cpu.WarmUp(buffers);
                RequirePredictionOfExport(buffers.Outputs[0]);
                reference = buffers.Outputs[0];
            }
            return reference;
        }
    }

    private void RequirePredictionOfExport(OutputBuffers predictions)
    {
        if (SelfCheck.CompareWithExport(model.Description, predictions) is { Passed: false } wrong)
        {
            throw new UserErrorException(
                ExitCode.ModelContract, $"Model '{model.Path}' does not predict what it did at export: {wrong.Summary}. Export it again, or use another ONNX Runtime library.");
        }
    }

    private static ProviderAttempt Failed(ExecutionProvider provider, string reason, long start) =>
        new(provider, false, ProviderRemedy.Shorten(reason), ProviderRemedy.For(provider, reason), Stopwatch.GetElapsedTime(start));
}
