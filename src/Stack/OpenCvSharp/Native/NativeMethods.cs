using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

[assembly: DisableRuntimeMarshalling]

namespace OpenCvSharp;

/// <summary>Loading of librp_opencv, and its errors as exceptions.</summary>
internal static unsafe partial class NativeMethods
{
    private const string Library = "rp_opencv";

    // The resolver must stand before the first native call, and a static constructor runs exactly then.
#pragma warning disable CA1810
    static NativeMethods() => NativeLibrary.SetDllImportResolver(typeof(NativeMethods).Assembly, Resolve);
#pragma warning restore CA1810

    /// <summary>Turns a native status into the exception that OpenCV threw.</summary>
    public static void Check(int status)
    {
        if (status == 0)
        {
            return;
        }

        rp_last_error(out var code, out var line, out var function, out var message, out var file);
        throw new OpenCVException((ErrorCode)code, Text(function), Text(message), Text(file), line);
    }

    public static string Text(byte* text) => Marshal.PtrToStringUTF8((IntPtr)text) ?? "";

    [LibraryImport(Library)]
    private static partial void rp_last_error(out int code, out int line, out byte* function, out byte* message, out byte* file);

    private static IntPtr Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath)
    {
        if (name != Library)
        {
            return IntPtr.Zero;
        }

        var beside = Path.Combine(AppContext.BaseDirectory, "librp_opencv.so");
        if (NativeLibrary.TryLoad(beside, out var handle) || NativeLibrary.TryLoad(name, assembly, searchPath, out handle))
        {
            return handle;
        }

        throw new DllNotFoundException(
            File.Exists(beside)
                ? $"'{beside}' is there but does not load; OpenCV's own libraries are missing. Run launch/setup.sh."
                : $"'{beside}' is missing. Run launch/setup.sh: it builds the OpenCV library and installs what it needs.");
    }
}
