using Microsoft.ML.OnnxRuntime;
using RoboPerception.Core;

namespace RoboPerception.Inference;

/// <summary>
/// What the node runs frames through: the first execution provider of the list that works, and, while TensorRT builds its engine on a
/// background thread, the next one of the list. The swap happens between two runs; the buffers stay the same memory. A provider that fails while
/// it serves (a GPU that fell off the bus, out of memory) is left for the next one of the list, and that one processes the frame.
/// </summary>
/// <remarks>One thread calls <see cref="Run"/>. The properties may be read from any thread.</remarks>
internal sealed class PerceptionEngine : IDisposable
{
    private readonly ExecutionProviderSelector selector;
    private readonly IReadOnlyList<ExecutionProvider> providers;
    private readonly Lock gate = new();
    private readonly FrameBuffers buffers;
    private readonly List<ProviderAttempt> attempts;
    private PerceptionSession session;
    private PerceptionSession? built;
    private volatile bool building;
    private bool disposed;

    private PerceptionEngine(ModelFile model, IReadOnlyList<ExecutionProvider> providers, ExecutionProviderSelector selector, FrameBuffers buffers, PerceptionSession session, List<ProviderAttempt> attempts)
    {
        Model = model;
        this.providers = providers;
        (this.selector, this.buffers, this.session, this.attempts) = (selector, buffers, session, attempts);
    }

    /// <summary>A provider was tried or the serving one changed; raised on the building thread or on the one in <see cref="Run"/>.</summary>
    public event EventHandler? Changed;

    /// <summary>The model.</summary>
    public ModelFile Model { get; }

    /// <summary>The provider that serves now.</summary>
    public ExecutionProvider Provider
    {
        get
        {
            lock (gate)
            {
                return session.Provider;
            }
        }
    }

    /// <summary>True while TensorRT builds: the node's state is <c>building</c>, frames are served already.</summary>
    public bool IsBuilding => building;

    /// <summary>Every provider that was tried, in the order of trying.</summary>
    public IReadOnlyList<ProviderAttempt> Attempts
    {
        get
        {
            lock (gate)
            {
                return [.. attempts];
            }
        }
    }

    /// <summary>The factor depth is multiplied with after each run (<see cref="DepthScale"/>); 1 unless set.</summary>
    public float DepthFactor { get; set; } = 1;

    /// <summary>The image [H,W,3] BGR: write it, then <see cref="Run"/>.</summary>
    public Span<byte> Input => buffers.Input;

    /// <summary>The sets of predictions; a set keeps its content until a run is told to fill it again.</summary>
    public IReadOnlyList<OutputBuffers> Outputs => buffers.Outputs;

    /// <summary>Tries the providers in the order given and starts serving on the first that works; runs it warm.</summary>
    /// <exception cref="UserErrorException">None works (exit code 2), the named library is unusable (2), or the model fails its own golden prediction (3).</exception>
    public static PerceptionEngine Start(ModelFile model, InferenceSettings settings) =>
        Start(model, settings, new ExecutionProviderSelector(model, settings));

    internal static PerceptionEngine Start(ModelFile model, InferenceSettings settings, ExecutionProviderSelector selector, Func<ExecutionProvider, ProviderAttempt>? probe = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(settings);
        probe ??= provider => ExecutionProviderSelector.Probe(provider, settings);
        var buffers = new FrameBuffers(model.Description, settings.OutputSets);
        var attempts = new List<ProviderAttempt>();
        PerceptionSession? session = null;
        bool buildLater = false;
        foreach (ExecutionProvider provider in settings.Providers)
        {
            if (provider == ExecutionProvider.TensorRt)
            {
                ProviderAttempt libraries = probe(provider);
                buildLater = libraries.Loaded;
                if (!libraries.Loaded)
                {
                    attempts.Add(libraries);
                }
                continue;
            }
            (session, ProviderAttempt attempt) = selector.TryOpen(provider, buffers);
            attempts.Add(attempt);
            if (session is not null)
            {
                break;
            }
        }
        if (session is null && buildLater)
        {
            // Nothing else can serve meanwhile.
            buildLater = false;
            (session, ProviderAttempt attempt) = selector.TryOpen(ExecutionProvider.TensorRt, buffers);
            attempts.Add(attempt);
        }
        if (session is null)
        {
            throw new UserErrorException(ExitCode.Usage, $"No execution provider works; add cpu to the list. Tried: {string.Join("; ", attempts)}");
        }
        session.WarmUp(buffers);
        var engine = new PerceptionEngine(model, settings.Providers, selector, buffers, session, attempts);
        if (buildLater)
        {
            engine.building = true;
            new Thread(engine.BuildTensorRt) { IsBackground = true, Name = "tensorrt-build" }.Start();
        }
        return engine;
    }

    /// <summary>
    /// Runs on <see cref="Input"/> and fills set <paramref name="set"/> of <see cref="Outputs"/>; returns how long ONNX Runtime took. Allocates
    /// no managed memory, except in the one call that changes over to a built engine or away from a provider that failed.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The engine has ended.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such set.</exception>
    /// <exception cref="OnnxRuntimeException">The run failed, and no further provider of the list can take over.</exception>
    public TimeSpan Run(int set)
    {
        PerceptionSession? replaced = null;
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            if (built is not null)
            {
                (replaced, session, built) = (session, built, null);
            }
        }
        if (replaced is not null)
        {
            replaced.Dispose();
            Changed?.Invoke(this, EventArgs.Empty);
        }
        TimeSpan duration;
        try
        {
            duration = session.Run(set);
        }
        catch (Exception failure) when (failure is OnnxRuntimeException or GpuCopyException && ChangeOver(failure))
        {
            duration = session.Run(set);
        }
        DepthScale.Apply(buffers.Outputs[set].DepthMemory.Span, DepthFactor);
        return duration;
    }

    /// <summary>Ends the sessions. An engine that is being built cannot be interrupted: its thread throws it away when it is done.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            if (disposed)
            {
                return;
            }
            disposed = true;
            built?.Dispose();
            session.Dispose();
        }
    }

    /// <summary>Goes on with the next provider of the list that works; false if there is none.</summary>
    private bool ChangeOver(Exception failure)
    {
        PerceptionSession failed = session;
        IEnumerable<ExecutionProvider> rest = providers.SkipWhile(provider => provider != failed.Provider).Skip(1).Where(provider => provider != ExecutionProvider.TensorRt);
        foreach (ExecutionProvider provider in rest)
        {
            (PerceptionSession? session, ProviderAttempt attempt) = selector.TryOpen(provider, buffers);
            lock (gate)
            {
                attempts.Add(attempt);
                if (session is null)
                {
                    continue;
                }
                string reason = $"it failed while it served: {NativeFailure.Reason(failure)}";
                attempts.Add(new ProviderAttempt(failed.Provider, false, reason, $"frames go on with {provider.Name()}; see the system's log for the device, and restart the node to try again", TimeSpan.Zero));
                this.session = session;
            }
            failed.Dispose();
            Changed?.Invoke(this, EventArgs.Empty);
            return true;
        }
        return false;
    }

    private void BuildTensorRt()
    {
        PerceptionSession? session = null;
        ProviderAttempt attempt;
        try
        {
            (session, attempt) = selector.TryOpen(ExecutionProvider.TensorRt, buffers);
        }
        catch (UserErrorException e)
        {
            // On this thread nobody could catch it, and what serves has been checked on its own.
            attempt = new ProviderAttempt(ExecutionProvider.TensorRt, false, e.Message, "frames go on without it", TimeSpan.Zero);
        }
        lock (gate)
        {
            attempts.Add(attempt);
            if (disposed)
            {
                session?.Dispose();
            }
            else
            {
                built = session;
            }
            building = false;
        }
        Changed?.Invoke(this, EventArgs.Empty);
    }
}
