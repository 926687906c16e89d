using System.Diagnostics;

namespace RoboPerception.Core.Tests;

/// <summary>Promise: no failure, on whichever thread, shows its user a stack trace; one line with the remedy and an exit code is all.</summary>
public sealed class ProgramGuardTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Theory]
    [InlineData("refusal", 4, "'a.mp4' does not exist: name another.")]
    [InlineData("aggregate", 1, "two lines")]
    [InlineData("initializer", 1, "no number")]
    [InlineData("library", 1, "launch/setup.sh")]
    [InlineData("memory", 1, "not enough memory")]
    [InlineData("thread", 1, "on a thread of its own")]
    [InlineData("pool", 5, "give a password")]
    [InlineData("timer", 1, "No space left on device")]
    [InlineData("many", 1, "all at once")]
    public void A_failure_ends_in_one_line_and_its_exit_code(string way, int code, string told)
    {
        (int actual, string errors) = Run(way);
        string line = Assert.Single(errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("guarded: ", line, StringComparison.Ordinal);
        Assert.Contains(told, line, StringComparison.Ordinal);
        Assert.Equal(code, actual);
    }

    [Fact]
    public void Details_are_told_when_asked_for()
    {
        (int code, string errors) = Run("thread", "--verbose");
        Assert.Equal(1, code);
        Assert.Contains("   at RoboPerception.Core.Tests.Program", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void A_task_that_nobody_waits_for_ends_no_program() => Assert.Equal((0, ""), Run("unobserved"));

    [Fact]
    public void A_library_that_is_cut_short_is_told_before_it_is_opened()
    {
        string folder = Directory.CreateTempSubdirectory("roboperception").FullName;
        try
        {
            byte[] library = File.ReadAllBytes(typeof(object).Assembly.Location.Replace("System.Private.CoreLib.dll", "libSystem.Native.so", StringComparison.Ordinal));
            string path = Path.Combine(folder, "libonnxruntime.so");
            File.WriteAllBytes(path, library);
            Assert.Null(NativeLibraries.FirstDamaged(folder));
            foreach (int length in new[] { 0, 10, 64, 500, library.Length / 2 })
            {
                File.WriteAllBytes(path, library[..length]);
                string? damage = NativeLibraries.FirstDamaged(folder);
                Assert.Contains(path, damage, StringComparison.Ordinal);
                Assert.Contains("launch/setup.sh", damage, StringComparison.Ordinal);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static (int Code, string Errors) Run(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", ["exec", typeof(Program).Assembly.Location, .. arguments]) { RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(Patience))
        {
            process.Kill();
        }
        return process.WaitForExit(Patience) ? (process.ExitCode, errors.Result) : (-1, "never ends");
    }
}
