using System.Diagnostics;
using System.Runtime.CompilerServices;
using RoboPerception.Inference.Tests;
using RoboPerception.Inference.Tests.Models;

namespace RoboPerception.EndToEnd.Tests;

/// <summary>
/// Promise: whatever the machine lacks or refuses, the program ends with one line that names it and the remedy, and exit code 1; never with a
/// stack trace.
/// </summary>
public sealed class FailureTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("libOpenCvSharpExtern.so", false, "missing beside the program", "launch/setup.sh")]
    [InlineData("libOpenCvSharpExtern.so", true, "cut short", "launch/setup.sh")]
    [InlineData("libonnxruntime.so", false, "missing beside the program", "launch/setup.sh")]
    [InlineData("libonnxruntime.so", true, "cut short", "launch/setup.sh")]
    public void A_library_of_ours_that_is_missing_or_cut_short_is_named_with_the_remedy(string library, bool isCut, string reason, string remedy)
    {
        using var copy = new ProgramCopy("roboperception");
        if (isCut)
        {
            copy.Cut(library);
        }
        else
        {
            copy.Remove(library);
        }
        ExpectOneLine(Run(copy.Program, "replay", Recording.Write(folder.Path, 2), "--model", Model()), library, reason, remedy);
    }

    [Theory]
    [InlineData("\"$@\" >/dev/full", 1)] // the disk is full
    [InlineData("\"$@\" 2>/dev/full >/dev/full", 1)] // nowhere to tell it
    [InlineData("\"$@\" <&-", 0)]
    [InlineData("\"$@\" | true; exit ${PIPESTATUS[0]}", 0)] // whoever read it has gone
    [InlineData("HOME=/proc/nobody XDG_CACHE_HOME= \"$@\"", 0)]
    [InlineData("mkdir gone; cd gone; rmdir ../gone; \"$@\"", 0)]
    [InlineData("cd /proc; \"$@\"", 0)]
    public void Streams_and_folders_that_refuse_end_in_no_stack_trace(string script, int code)
    {
        (int actual, string errors) = Shell($"cd '{folder.Path}'; {script}", Program, ["decode", Payload(), "--out", Path.Combine(folder.Path, "x.png")]);
        AssertNoTrace(errors);
        Assert.True(code == actual, $"exit code {actual}, expected {code}:\n{errors}");
        Assert.True(errors.Count(letter => letter == '\n') <= 1, errors);
    }

    [Fact]
    public void Details_are_shown_when_asked_for()
    {
        using var copy = new ProgramCopy("roboperception");
        copy.Remove("libonnxruntime.so");
        (int code, string errors) = Run(copy.Program, "replay", Recording.Write(folder.Path, 2), "--model", Model(), "--verbose");
        Assert.NotEqual(0, code);
        Assert.Contains("   at RoboPerception", errors, StringComparison.Ordinal);
    }

    private static string Program => Path.Combine(AppContext.BaseDirectory, "roboperception");

    private static string Payload([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../RoboPerception.Messaging.Tests/Golden/depth.png"));

    private string Model() => folder.Write("good.onnx", new TestModel { Width = 64, Height = 48 }.ToBytes());

    private static void ExpectOneLine((int Code, string Errors) result, params string[] told)
    {
        AssertNoTrace(result.Errors);
        string line = Assert.Single(result.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => line.StartsWith("roboperception: ", StringComparison.Ordinal));
        Assert.All(told, text => Assert.Contains(text, line, StringComparison.Ordinal));
        Assert.True(result.Code is 1 or 2, $"exit code {result.Code}:\n{result.Errors}");
    }

    private static void AssertNoTrace(string errors)
    {
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("Unhandled exception", errors, StringComparison.Ordinal);
    }

    private static (int Code, string Errors) Shell(string script, string program, IReadOnlyList<string> arguments) => Run("bash", ["-c", script, "shell", program, .. arguments]);

    private static (int Code, string Errors) Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        Task<string> errors = process.StandardError.ReadToEndAsync(), output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(Patience))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"it never ends: {errors.Result}{output.Result}");
        }
        process.WaitForExit();
        return (process.ExitCode, errors.Result);
    }
}
