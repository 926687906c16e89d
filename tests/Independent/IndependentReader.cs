using System.Diagnostics;
using System.Text.Json;

namespace RoboPerception.Tests;

/// <summary>Other people's readers of our formats: scripts for Node.js beside this file, whose packages <c>launch/setup.sh all</c> installs.</summary>
internal static class IndependentReader
{
    /// <summary>Runs a script and reads the JSON that it prints.</summary>
    public static JsonDocument Run(string script, params string[] arguments)
    {
        string folder = Folder();
        Assert.True(Directory.Exists(Path.Combine(folder, "node_modules")), "the readers' packages are missing: run launch/setup.sh all");
        var start = new ProcessStartInfo("node") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(folder, script));
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, errors.Result);
        return JsonDocument.Parse(output);
    }

    private static string Folder()
    {
        for (string? at = AppContext.BaseDirectory; at is not null; at = Path.GetDirectoryName(at))
        {
            if (File.Exists(Path.Combine(at, "RoboPerception.sln")))
            {
                return Path.Combine(at, "tests", "Independent");
            }
        }
        throw new InvalidOperationException("the tests run outside the repository");
    }
}
