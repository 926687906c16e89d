using System.Runtime.InteropServices;
using RoboPerception.Inference;

namespace RoboPerception.Benchmarks;

/// <summary>What a figure was measured on; without it the figure says nothing.</summary>
internal sealed record BenchmarkEnvironment(
    string Cpu, int Cores, string System, string Dotnet, string OnnxRuntime, string Opencv, string Commit, double LoadBefore, string Date)
{
    public static BenchmarkEnvironment Read() => new(
        File.Exists("/proc/cpuinfo")
            ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[1].Trim() ?? "unknown"
            : "unknown",
        Environment.ProcessorCount,
        RuntimeInformation.OSDescription,
        Environment.Version.ToString(),
        OnnxRuntimeLibrary.LoadedVersion,
        OpenCvSharp.Cv2.GetVersionString() ?? "",
        Environment.GetEnvironmentVariable("COMMIT") ?? "unknown",
        // Other work on the machine spoils every figure: the reader must see whether there was any.
        double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], global::System.Globalization.CultureInfo.InvariantCulture),
        DateTime.UtcNow.ToString("yyyy-MM-dd", global::System.Globalization.CultureInfo.InvariantCulture));
}
