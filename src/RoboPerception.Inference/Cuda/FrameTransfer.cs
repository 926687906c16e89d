using Microsoft.ML.OnnxRuntime;

namespace RoboPerception.Inference;

/// <summary>How bytes get to where a session computes and back.</summary>
internal interface IFrameTransfer
{
    /// <summary>Allocates in the memory of the session's device.</summary>
    OrtAllocator Allocator(InferenceSession session);

    /// <summary>Copies to the device.</summary>
    void ToDevice(nint device, ReadOnlySpan<byte> source);

    /// <summary>Copies from the device.</summary>
    void ToHost(Span<byte> target, nint device);
}

/// <summary>Over the driver, to and from a GPU.</summary>
internal sealed class CudaTransfer(CudaDriver driver, int deviceId) : IFrameTransfer
{
    public OrtAllocator Allocator(InferenceSession session)
    {
        using var place = new OrtMemoryInfo("Cuda", OrtAllocatorType.DeviceAllocator, deviceId, OrtMemType.Default);
        return new OrtAllocator(session, place);
    }

    public void ToDevice(nint device, ReadOnlySpan<byte> source) => driver.ToDevice(device, source);

    public void ToHost(Span<byte> target, nint device) => driver.ToHost(target, device);
}

/// <summary>Within the processor's memory: the same path without a GPU, for a rehearsal.</summary>
internal sealed unsafe class CpuTransfer : IFrameTransfer
{
    public OrtAllocator Allocator(InferenceSession session) => new(session, OrtMemoryInfo.DefaultInstance);

    public void ToDevice(nint device, ReadOnlySpan<byte> source) => source.CopyTo(new Span<byte>((void*)device, source.Length));

    public void ToHost(Span<byte> target, nint device) => new ReadOnlySpan<byte>((void*)device, target.Length).CopyTo(target);
}
