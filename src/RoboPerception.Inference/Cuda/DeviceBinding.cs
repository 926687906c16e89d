using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using RoboPerception.Core;

namespace RoboPerception.Inference;

/// <summary>
/// Input and outputs in the device's memory, bound once at fixed addresses, with copies around each run. An input in the processor's memory would be
/// copied when it is bound and never again; and a recorded CUDA graph (<c>enable_cuda_graph</c>) does nothing but what was recorded, and would not fetch from or store to
/// the host.
/// </summary>
/// <remarks>
/// The next image is not copied beside the run: 331 kB over PCIe 4 take 15 microseconds of a frame of some milliseconds, less than the
/// synchronisation would cost.
/// </remarks>
internal sealed class DeviceBinding : IDisposable
{
    private readonly IFrameTransfer transfer;
    private readonly OrtAllocator allocator;
    private readonly List<OrtValue> values = [];
    private readonly (OutputKind Kind, nint Address)[] outputs;
    private readonly nint input;

    public DeviceBinding(InferenceSession session, ModelDescription model, IFrameTransfer transfer)
    {
        this.transfer = transfer;
        allocator = transfer.Allocator(session);
        Binding = session.CreateIoBinding();
        try
        {
            (int height, int width) = (model.Input.Height, model.Input.Width);
            OrtValue input = Allocate(TensorElementType.UInt8, [1, height, width, 3]);
            Binding.BindInput(model.Input.Name, input);
            this.input = Address(input);
            outputs = [.. model.Outputs.Select(output =>
            {
                OrtValue value = output.Kind switch
                {
                    OutputKind.Segmentation => Allocate(TensorElementType.UInt8, [1, height, width]),
                    OutputKind.Depth => Allocate(TensorElementType.Float, [1, height, width]),
                    _ => Allocate(TensorElementType.Float, [1, 3, height, width]),
                };
                Binding.BindOutput(output.Name, value);
                return (output.Kind, Address(value));
            })];
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>What the session runs with.</summary>
    public OrtIoBinding Binding { get; }

    /// <summary>Copies the image in.</summary>
    public void Send(FrameBuffers buffers) => transfer.ToDevice(input, buffers.Input);

    /// <summary>Copies the predictions out into a set.</summary>
    public void Fetch(OutputBuffers outputs)
    {
        foreach ((OutputKind kind, nint address) in this.outputs)
        {
            Span<byte> target = kind switch
            {
                OutputKind.Segmentation => outputs.SegmentationMemory.Span,
                OutputKind.Depth => MemoryMarshal.AsBytes(outputs.DepthMemory.Span),
                _ => MemoryMarshal.AsBytes(outputs.NormalsMemory.Span),
            };
            transfer.ToHost(target, address);
        }
    }

    public void Dispose()
    {
        Binding.Dispose();
        values.ForEach(value => value.Dispose());
        allocator.Dispose();
    }

    private OrtValue Allocate(TensorElementType type, long[] shape)
    {
        OrtValue value = OrtValue.CreateAllocatedTensorValue(allocator, type, shape);
        values.Add(value);
        return value;
    }

    // Only the address is taken: on a GPU the memory behind it is not the processor's.
    private static unsafe nint Address(OrtValue value) => (nint)System.Runtime.CompilerServices.Unsafe.AsPointer(ref MemoryMarshal.GetReference(value.GetTensorMutableRawData()));
}
