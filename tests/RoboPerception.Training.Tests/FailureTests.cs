using System.Diagnostics;
using RoboPerception.EndToEnd.Tests;

namespace RoboPerception.Training.Tests;

/// <summary>Promise: a library that the trainer lacks is named with the remedy, in one line, with exit code 1 and without a stack trace.</summary>
public sealed class FailureTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    [Theory]
    [InlineData("libLibTorchSharp.so", false, "models mtan-segnet", "launch/setup.sh train")]
    [InlineData("libtorch_cpu.so", false, "models mtan-segnet", "launch/setup.sh train")]
    [InlineData("libc10.so", true, "models mtan-segnet", "launch/setup.sh train")]
    [InlineData("libOpenCvSharpExtern.so", false, "data --data DATA --ids ids.txt", "launch/setup.sh")]
    [InlineData("libonnxruntime.so", false, "evaluate MODEL --data scene://samples?count=1", "launch/setup.sh")]
    public void A_library_that_is_missing_or_cut_short_is_named_with_the_remedy(string library, bool isCut, string command, string remedy)
    {
        using var data = new MiniatureData(1);
        using var copy = new ProgramCopy("roboperception-train");
        if (isCut)
        {
            copy.Cut(library);
        }
        else
        {
            copy.Remove(library);
        }
        string[] arguments = [.. command.Replace("DATA", data.Folder, StringComparison.Ordinal).Replace("MODEL", Model(), StringComparison.Ordinal).Split(' ')];
        var (code, errors) = Run(copy.Program, arguments);
        var line = Assert.Single(errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("roboperception-train: ", line, StringComparison.Ordinal);
        Assert.Contains(library, line, StringComparison.Ordinal);
        Assert.Contains(remedy, line, StringComparison.Ordinal);
        Assert.Equal(1, code);
    }

    private static (int Code, string Errors) Run(string program, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        Task<string> errors = process.StandardError.ReadToEndAsync(), output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(Patience))
        {
            process.Kill();
        }

        process.WaitForExit();
        _ = output.Result;
        return (process.ExitCode, errors.Result);
    }

    private static string Model([System.Runtime.CompilerServices.CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../models/mtan-mobilenetv2-nyuv2.onnx"));
}
