using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using RoboPerception.Core;
using RoboPerception.Inference;

namespace RoboPerception.Node.GpuCheck;

/// <summary>
/// Everything that a machine with a GPU can tell of itself, as one JSON: providers that load, every model against the CPU, half precision, the node beside bare
/// runs. A part that fails is told in its place, and the others go on.
/// </summary>
internal static class GpuCheckReport
{
    /// <summary>Makes the report.</summary>
    /// <returns>It, and whether everything in it is as it must be.</returns>
    public static async Task<(JsonObject Report, bool Passed)> MakeAsync(GpuCheckOptions options, Action<string> tell)
    {
        long start = Stopwatch.GetTimestamp();
        var report = new JsonObject { ["environment"] = Environment(options), ["provider"] = options.Provider.Name(), ["rehearsal"] = options.IsRehearsal };
        bool passed = true;

        tell("providers");
        report["providers"] = new JsonArray([.. ExecutionProviders.Default.Select(provider => Told(ExecutionProviderSelector.Probe(provider, options.Settings)))]);
        InferenceSettings plain = options.Settings, half = plain with { Precision = Precision.Float16 }, graph = plain with { CudaGraph = true };
        var parts = new List<(string Name, InferenceSettings Settings, IEnumerable<string> Models)> { ("models", plain, options.Models), ("half_precision", half, options.Models) };
        if (options.Provider != ExecutionProvider.TensorRt)
        {
            parts.Add(("cuda_graph", graph, options.Models.Take(1)));
        }
        foreach ((string part, InferenceSettings settings, IEnumerable<string> models) in parts)
        {
            var checks = new JsonArray();
            foreach (string model in models)
            {
                tell($"{part.Replace('_', ' ')}: {Path.GetFileName(model)}");
                JsonObject check = await TryAsync(() => Task.FromResult(CheckedModel.Check(model, options, settings)));
                passed &= check["passed"]?.GetValue<bool>() == true;
                checks.Add(check);
            }
            report[part] = checks;
        }
        foreach ((string name, string encoding, bool recorded) in new[] { ("node_fast", "fast", false), ("node_png", "png", false), ("node_cuda_graph", "fast", true) })
        {
            if (recorded && options.Provider != ExecutionProvider.Cuda)
            {
                continue;
            }
            tell($"node beside bare runs, {encoding}{(recorded ? ", kernels recorded" : "")}");
            JsonObject node = await TryAsync(() => NodeThroughput.MeasureAsync(options, encoding, recorded));
            passed &= node["efficiency"] is not null;
            report[name] = node;
        }
        report["passed"] = passed;
        report["seconds"] = Math.Round(Stopwatch.GetElapsedTime(start).TotalSeconds, 1);
        return (report, passed);
    }

    private static async Task<JsonObject> TryAsync(Func<Task<JsonObject>> part)
    {
        try
        {
            return await part();
        }
        catch (Exception e) when (e is UserErrorException or InvalidOperationException || ModelFaults.IsProviderFailure(e))
        {
            return new JsonObject { ["passed"] = false, ["reason"] = e is UserErrorException ? e.Message : ModelFaults.Reason(e) };
        }
    }

    private static JsonObject Told(ProviderAttempt attempt) => attempt.Loaded
        ? new JsonObject { ["provider"] = attempt.Provider.Name(), ["loads"] = true, ["seconds"] = Math.Round(attempt.Duration.TotalSeconds, 2) }
        : new JsonObject { ["provider"] = attempt.Provider.Name(), ["loads"] = false, ["reason"] = attempt.Reason, ["remedy"] = attempt.Remedy };

    private static JsonObject Environment(GpuCheckOptions options) => new()
    {
        ["cpu"] = FirstLine("/proc/cpuinfo", "model name")?.Split(':', 2)[1].Trim(),
        ["cores"] = System.Environment.ProcessorCount,
        ["gpu"] = options.IsRehearsal ? null : Gpu(options.DeviceId),
        ["driver"] = FirstLine("/proc/driver/nvidia/version", "NVRM"),
        ["system"] = RuntimeInformation.OSDescription,
        ["dotnet"] = System.Environment.Version.ToString(),
        ["roboperception"] = typeof(GpuCheckReport).Assembly.GetName().Version!.ToString(3),
        ["onnxruntime"] = OnnxRuntimeLibrary.LoadedVersion,
        // Other work on the machine spoils every figure: the reader must see whether there was any.
        ["load_before"] = FirstLine("/proc/loadavg", "") is { } load ? double.Parse(load.Split(' ')[0], CultureInfo.InvariantCulture) : null,
        ["date"] = DateTime.UtcNow.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
    };

    private static string? FirstLine(string file, string begin) =>
        File.Exists(file) ? File.ReadLines(file).FirstOrDefault(line => line.StartsWith(begin, StringComparison.Ordinal)) : null;

    /// <summary>Name, driver and memory as <c>nvidia-smi</c> tells them; null where it does not run.</summary>
    private static string? Gpu(int device)
    {
        try
        {
            using Process smi = Process.Start(new ProcessStartInfo("nvidia-smi", [$"--id={device}", "--query-gpu=name,driver_version,memory.total,power.limit", "--format=csv,noheader"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            string told = smi.StandardOutput.ReadToEnd().Trim();
            smi.WaitForExit();
            return smi.ExitCode == 0 ? told : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
