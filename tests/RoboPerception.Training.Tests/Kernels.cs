using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RoboPerception.Training.Tests;

/// <summary>
/// The tests run on the kernels that every x64 processor has, so that the last digits are the same everywhere, and so that on a processor where
/// oneDNN's wide kernels are wrong (see <see cref="Native.Convolutions"/>) the suite does not take three times as long without any.
/// </summary>
internal static partial class Kernels
{
    [ModuleInitializer]
    internal static void Choose()
    {
        // The first for oneDNN in this process, which asks the C library; the second for programs that tests start.
        _ = SetEnvironment("ONEDNN_MAX_CPU_ISA", "SSE41", 1);
        Environment.SetEnvironmentVariable("ONEDNN_MAX_CPU_ISA", "SSE41");
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}
