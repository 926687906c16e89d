using System.Diagnostics;
using Microsoft.ML.OnnxRuntime;
using RoboPerception.Core;

namespace RoboPerception.Inference;

/// <summary>
/// One model on one execution provider, bound to <see cref="FrameBuffers"/>: <see cref="Run"/> reads the input buffer and fills one set of
/// outputs, and allocates no managed memory. Calls from several threads are taken one after the other.
/// </summary>
/// <remarks>
/// ONNX Runtime crashes the process when a session is used after its end: here that is an ObjectDisposedException, and what depends on
/// the session (bindings, values) is always released before it.
/// </remarks>
internal sealed class PerceptionSession : IDisposable
{
    private readonly Lock gate = new();
    private readonly InferenceSession session;
    private readonly RunOptions runOptions = new();
    private OrtIoBinding[] bindings = [];
    private OrtValue[] values = [];
    private FrameBuffers? buffers;
    private PinnedBuffers? pinned;
    private DeviceBinding? device;
    private readonly IFrameTransfer? transfer;
    private readonly CudaDriver? driver;
    private bool disposed;

    private PerceptionSession(InferenceSession session, ModelFile model, ExecutionProvider provider, CudaDriver? driver, IFrameTransfer? transfer)
    {
        this.session = session;
        (this.driver, this.transfer) = (driver, transfer);
        Model = model;
        Provider = provider;
    }

    /// <summary>The model.</summary>
    public ModelFile Model { get; }

    /// <summary>Where it runs.</summary>
    public ExecutionProvider Provider { get; }

    /// <summary>Makes a session and binds the buffers. For TensorRT this builds the engine unless the cache holds it: minutes on a Jetson.</summary>
    /// <exception cref="OnnxRuntimeException">The provider cannot be loaded or refuses the model.</exception>
    /// <exception cref="EntryPointNotFoundException">This build of ONNX Runtime does not know the provider.</exception>
    /// <exception cref="UserErrorException">The library the user named cannot be used.</exception>
    public static PerceptionSession Open(ModelFile model, ExecutionProvider provider, InferenceSettings settings, FrameBuffers buffers) =>
        Open(model, provider, settings, buffers, provider);

    /// <summary>Lets a test call a session by another provider's name, and copy its frames as for a device.</summary>
    internal static PerceptionSession Open(
        ModelFile model, ExecutionProvider provider, InferenceSettings settings, FrameBuffers buffers, ExecutionProvider reportedAs, IFrameTransfer? transfer = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(buffers);
        OnnxRuntimeLibrary.Use();
        using SessionOptions options = SessionOptionsFactory.Create(model, provider, settings);
        CudaDriver? driver = provider == ExecutionProvider.Cpu ? null : CudaDriver.TryOpen(settings.DeviceId);
        // ONNX Runtime copies an input in the processor's memory to the GPU when it is bound, not when it runs (onnxruntime#5857): every run would see the first image.
        transfer ??= driver is not null ? new CudaTransfer(driver, settings.DeviceId) : null;
        var session = new PerceptionSession(new InferenceSession(model.ContentFor(provider, settings), options), model, reportedAs, driver, transfer);
        try
        {
            session.Bind(buffers);
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Runs on the input buffer and fills output set <paramref name="set"/>; returns how long ONNX Runtime took.</summary>
    /// <exception cref="ObjectDisposedException">The session has ended.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such set.</exception>
    /// <exception cref="OnnxRuntimeException">The run failed (a GPU that is gone or out of memory).</exception>
    /// <exception cref="GpuCopyException">A copy to or from the GPU failed.</exception>
    public TimeSpan Run(int set)
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            ArgumentOutOfRangeException.ThrowIfNegative(set);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(set, buffers!.Outputs.Count);
            long start = Stopwatch.GetTimestamp();
            if (device is null)
            {
                session.RunWithBinding(runOptions, bindings[set]);
            }
            else
            {
                device.Send(buffers);
                session.RunWithBinding(runOptions, device.Binding);
                device.Fetch(buffers.Outputs[set]);
            }
            return Stopwatch.GetElapsedTime(start);
        }
    }

    /// <summary>Runs every output set once on the golden input, so that lazy work (memory plans, kernels) is done before the first frame. Overwrites the buffers.</summary>
    /// <exception cref="ObjectDisposedException">The session has ended.</exception>
    public void WarmUp(FrameBuffers buffers)
    {
        ArgumentNullException.ThrowIfNull(buffers);
        GoldenInput.Fill(buffers.Input, Model.Description.Input.Width, Model.Description.Input.Height);
        for (int set = 0; set < buffers.Outputs.Count; set++)
        {
            Run(set);
        }
    }

    /// <summary>Binds other buffers instead of the present ones.</summary>
    /// <exception cref="ObjectDisposedException">The session has ended.</exception>
    public void Bind(FrameBuffers buffers)
    {
        ArgumentNullException.ThrowIfNull(buffers);
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            ReleaseBindings();
            this.buffers = buffers;
            pinned = driver is null ? null : new PinnedBuffers(driver, buffers);
            if (transfer is not null)
            {
                device = new DeviceBinding(session, Model.Description, transfer);
                return;
            }
            var values = new List<OrtValue>();
            var bindings = new List<OrtIoBinding>();
            try
            {
                ModelInput input = Model.Description.Input;
                values.Add(OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, buffers.InputMemory, [1, input.Height, input.Width, 3]));
                foreach (OutputBuffers outputs in buffers.Outputs)
                {
                    OrtIoBinding binding = session.CreateIoBinding();
                    bindings.Add(binding);
                    binding.BindInput(input.Name, values[0]);
                    foreach (ModelOutput output in Model.Description.Outputs)
                    {
                        OrtValue value = Value(output.Kind, outputs, input.Height, input.Width);
                        values.Add(value);
                        binding.BindOutput(output.Name, value);
                    }
                }
            }
            finally
            {
                (this.values, this.bindings) = ([.. values], [.. bindings]);
            }
        }
    }

    /// <summary>Ends the session; a run under way on another thread finishes first.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            if (disposed)
            {
                return;
            }
            disposed = true;
            ReleaseBindings();
            runOptions.Dispose();
            session.Dispose();
        }
    }

    private static OrtValue Value(OutputKind kind, OutputBuffers outputs, int height, int width) => kind switch
    {
        OutputKind.Segmentation => OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, outputs.SegmentationMemory, [1, height, width]),
        OutputKind.Depth => OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, outputs.DepthMemory, [1, height, width]),
        _ => OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, outputs.NormalsMemory, [1, 3, height, width]),
    };

    private void ReleaseBindings()
    {
        foreach (OrtIoBinding binding in bindings)
        {
            binding.Dispose();
        }
        foreach (OrtValue value in values)
        {
            value.Dispose();
        }
        (bindings, values) = ([], []);
        device?.Dispose();
        pinned?.Dispose();
        (device, pinned) = (null, null);
    }
}
