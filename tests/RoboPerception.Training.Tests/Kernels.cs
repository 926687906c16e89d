using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RoboPerception.Training.Tests;

/// <summary>
/// The tests run on the kernels that every x64 processor has, so that the last digits are the same everywhere, and so that on a processor where
/// oneDNN's wide kernels are wrong (see <see cref="Native.Convolutions"/>) the suite does not take three times as long without any; and on one thread:
/// maps of 32x32 pixels are not worth sharing, and threads that meet thousands of times a second wait for each other wherever another process runs
/// (one thread took a third of the time of two on a busy machine).
/// </summary>
internal static partial class Kernels
{
    [ModuleInitializer]
    internal static void Choose()
    {
        Set("ONEDNN_MAX_CPU_ISA", "SSE41");
        Set("OMP_NUM_THREADS", "1");
        KeepMemory();
    }

    // As launch/roboperception-train has it: maps and parameters that come and go stay in the heap and cost no page faults. The C library has read its
    // environment long since, so this process is told by calls and the programs that tests start by variables.
    private static void KeepMemory()
    {
        const int most = 2_000_000_000;
        foreach (var (parameter, name, value) in new[] { (-1, "MALLOC_TRIM_THRESHOLD_", most), (-3, "MALLOC_MMAP_THRESHOLD_", most), (-8, "MALLOC_ARENA_MAX", 1) })
        {
            _ = SetAllocator(parameter, value);
            Environment.SetEnvironmentVariable(name, value.ToString(null, null));
        }
    }

    private static void Set(string name, string value)
    {
        // The first for libraries of this process, which ask the C library; the second for programs that tests start.
        _ = SetEnvironment(name, value, 1);
        Environment.SetEnvironmentVariable(name, value);
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int SetAllocator(int parameter, int value);

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}
