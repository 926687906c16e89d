using System.Diagnostics;
using System.Runtime.InteropServices;
using RoboPerception.Inference.Tests.Models;

namespace RoboPerception.Inference.Tests;

/// <summary>The user can name another build of ONNX Runtime; each try is a process of its own, for a library loads once.</summary>
public sealed class NamedLibraryTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_library_named_in_the_environment_is_the_one_that_runs()
    {
        string named = Path.Combine(folder.Path, "my-onnxruntime.so");
        File.Copy(OnnxRuntimeBesideUs(), named);
        (int exitCode, string output) = Try(named);
        Assert.Equal(0, exitCode);
        Assert.Contains(named, output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_named_library_that_does_not_exist_is_a_usage_error_that_names_variable_and_file()
    {
        (int exitCode, string output) = Try("/nowhere/libonnxruntime.so");
        Assert.Equal(2, exitCode);
        Assert.Contains("ROBOPERCEPTION_ONNXRUNTIME names '/nowhere/libonnxruntime.so', which does not exist", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_named_file_that_is_no_library_is_a_usage_error()
    {
        (int exitCode, string output) = Try(folder.Write("text.so", "not a library"u8.ToArray()));
        Assert.Equal(2, exitCode);
        Assert.Contains("which does not load", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_named_library_that_is_another_library_is_a_usage_error()
    {
        (int exitCode, string output) = Try(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "libSystem.Native.so"));
        Assert.Equal(2, exitCode);
        Assert.Contains("is not ONNX Runtime", output, StringComparison.Ordinal);
    }

    private static string OnnxRuntimeBesideUs()
    {
        Assert.NotEmpty(OnnxRuntimeLibrary.LoadedVersion);
        string line = File.ReadLines("/proc/self/maps").First(l => l.Contains("libonnxruntime.so", StringComparison.Ordinal));
        return line[line.IndexOf('/', StringComparison.Ordinal)..];
    }

    private (int ExitCode, string Output) Try(string library)
    {
        string model = folder.Write("test.onnx", new TestModel().ToBytes());
        var start = new ProcessStartInfo(Path.GetFileName(Environment.ProcessPath) == "dotnet" ? Environment.ProcessPath! : "dotnet")
        {
            RedirectStandardOutput = true,
            Environment = { [OnnxRuntimeLibrary.PathVariable] = library },
        };
        start.ArgumentList.Add(typeof(NamedLibraryTests).Assembly.Location);
        start.ArgumentList.Add(model);
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output);
    }
}
