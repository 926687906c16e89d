using System.Runtime.InteropServices;
using System.Text;

namespace RoboPerception.Inference;

/// <summary>Versions of TensorRT, the NVIDIA driver and the GPU, asked from their own libraries; an engine is good for one combination only.</summary>
internal static unsafe class GpuPlatform
{
    private const int ComputeCapabilityMajor = 75; // CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR; MINOR is the next number.

    /// <summary>One line each for TensorRT and GPU; <c>not found</c> where a library is missing.</summary>
    public static string Describe(int device) => $"tensorrt {TensorRtVersion()}\ngpu {Gpu(device)}";

    private static string TensorRtVersion()
    {
        foreach (string name in (ReadOnlySpan<string>)["libnvinfer.so.10", "libnvinfer.so.8", "libnvinfer.so"])
        {
            if (NativeLibrary.TryLoad(name, out nint library) && NativeLibrary.TryGetExport(library, "getInferLibVersion", out nint version))
            {
                return ((delegate* unmanaged<int>)version)().ToString(System.Globalization.CultureInfo.InvariantCulture);
            }
        }
        return "not found";
    }

    private static string Gpu(int device)
    {
        if (!NativeLibrary.TryLoad("libcuda.so.1", out nint cuda)
            || !NativeLibrary.TryGetExport(cuda, "cuInit", out nint init)
            || !NativeLibrary.TryGetExport(cuda, "cuDriverGetVersion", out nint driverVersion)
            || !NativeLibrary.TryGetExport(cuda, "cuDeviceGetName", out nint name)
            || !NativeLibrary.TryGetExport(cuda, "cuDeviceGetAttribute", out nint attribute)
            || ((delegate* unmanaged<uint, int>)init)(0) != 0)
        {
            return "not found";
        }
        // A CUdevice is its ordinal number.
        Span<byte> text = stackalloc byte[128];
        int driver, major, minor;
        fixed (byte* pointer = text)
        {
            if (((delegate* unmanaged<byte*, int, int, int>)name)(pointer, text.Length, device) != 0
                || ((delegate* unmanaged<int*, int>)driverVersion)(&driver) != 0
                || ((delegate* unmanaged<int*, int, int, int>)attribute)(&major, ComputeCapabilityMajor, device) != 0
                || ((delegate* unmanaged<int*, int, int, int>)attribute)(&minor, ComputeCapabilityMajor + 1, device) != 0)
            {
                return "not found";
            }
        }
        return $"{Encoding.UTF8.GetString(text[..text.IndexOf((byte)0)])}, compute capability {major}.{minor}, driver API {driver}";
    }
}
