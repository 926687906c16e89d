using System.Runtime.InteropServices;

namespace RoboPerception.Inference;

/// <summary>
/// The few functions of NVIDIA's driver library that the frame path needs: page-locking memory that is there already, and copies to and from
/// the GPU. Bound at run time; without the library <see cref="TryOpen"/> gives null.
/// </summary>
internal sealed unsafe class CudaDriver
{
    // CU_MEMHOSTREGISTER_PORTABLE: pinned for every context of the process, that of ONNX Runtime among them.
    private const uint Portable = 1;

    private readonly delegate* unmanaged<nint, int> setCurrent;
    private readonly delegate* unmanaged<nint, nuint, uint, int> hostRegister;
    private readonly delegate* unmanaged<nint, int> hostUnregister;
    private readonly delegate* unmanaged<nint, nint, nuint, int> toDevice;
    private readonly delegate* unmanaged<nint, nint, nuint, int> toHost;
    private readonly nint context;

    private CudaDriver(nint library, nint context)
    {
        this.context = context;
        setCurrent = (delegate* unmanaged<nint, int>)NativeLibrary.GetExport(library, "cuCtxSetCurrent");
        hostRegister = (delegate* unmanaged<nint, nuint, uint, int>)NativeLibrary.GetExport(library, "cuMemHostRegister_v2");
        hostUnregister = (delegate* unmanaged<nint, int>)NativeLibrary.GetExport(library, "cuMemHostUnregister");
        toDevice = (delegate* unmanaged<nint, nint, nuint, int>)NativeLibrary.GetExport(library, "cuMemcpyHtoD_v2");
        toHost = (delegate* unmanaged<nint, nint, nuint, int>)NativeLibrary.GetExport(library, "cuMemcpyDtoH_v2");
    }

    /// <summary>The driver with a GPU's primary context, the one that CUDA's runtime and thus ONNX Runtime use; null without driver or GPU.</summary>
    public static CudaDriver? TryOpen(int device)
    {
        if (!NativeLibrary.TryLoad("libcuda.so.1", out nint library)
            || !NativeLibrary.TryGetExport(library, "cuInit", out nint init)
            || !NativeLibrary.TryGetExport(library, "cuDevicePrimaryCtxRetain", out nint retain)
            || ((delegate* unmanaged<uint, int>)init)(0) != 0)
        {
            return null;
        }
        // Retained for the life of the process: ONNX Runtime holds it as long anyway, and a release too early would be an error everywhere.
        nint context;
        try
        {
            return ((delegate* unmanaged<nint*, int, int>)retain)(&context, device) == 0 ? new CudaDriver(library, context) : null;
        }
        catch (EntryPointNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Page-locks memory that never moves; false if the driver refuses (a limit of locked memory): copies then work as before, only slower.</summary>
    public bool Pin(nint address, int bytes) => setCurrent(context) == 0 && hostRegister(address, (nuint)bytes, Portable) == 0;

    /// <summary>Undoes <see cref="Pin"/>.</summary>
    public void Unpin(nint address)
    {
        if (setCurrent(context) == 0)
        {
            _ = hostUnregister(address);
        }
    }

    /// <summary>Copies to the GPU and returns when the GPU has it.</summary>
    public void ToDevice(nint device, ReadOnlySpan<byte> source)
    {
        fixed (byte* pointer = source)
        {
            Require(setCurrent(context), "cuCtxSetCurrent");
            Require(toDevice(device, (nint)pointer, (nuint)source.Length), "cuMemcpyHtoD");
        }
    }

    /// <summary>Copies from the GPU and returns when it is there.</summary>
    public void ToHost(Span<byte> target, nint device)
    {
        fixed (byte* pointer = target)
        {
            Require(setCurrent(context), "cuCtxSetCurrent");
            Require(toHost((nint)pointer, device, (nuint)target.Length), "cuMemcpyDtoH");
        }
    }

    private static void Require(int code, string function)
    {
        if (code != 0)
        {
            throw new GpuCopyException($"{function} failed with CUDA error {code}");
        }
    }
}
