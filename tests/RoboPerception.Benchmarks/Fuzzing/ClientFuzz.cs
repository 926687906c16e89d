using System.Diagnostics;
using System.Text.Json;
using RoboPerception.Core;

namespace RoboPerception.Benchmarks.Fuzzing;

/// <summary>The readers of other languages (<c>src/clients</c>) and damaged payloads: each has its own mutator, <c>tests/vectors/fuzz.*</c>.</summary>
internal static class ClientFuzz
{
    private static readonly JsonSerializerOptions Names = new(JsonSerializerDefaults.Web);

    /// <summary>What a mutator prints at its end.</summary>
    private sealed record Outcome(int Inputs, int Accepted, int Refused, long MostBytes, double MostSeconds, double Seconds);

    /// <summary>Runs those whose names contain the request's; prints JSON.</summary>
    /// <returns>True if no client did what it must not.</returns>
    public static bool Run(FuzzBenchmark.Request request)
    {
        string vectors = Path.Combine(request.Repository, "tests/vectors"), clients = Path.Combine(request.Repository, "src/clients");
        string program = Path.Combine(Directory.CreateTempSubdirectory("roboperception-fuzz-").FullName, "fuzz");
        bool isClean = true;
        foreach (string language in new[] { "cpp", "javascript", "python" }.Where(l => $"client-{l}".Contains(request.Only, StringComparison.Ordinal)))
        {
            string[] command = language switch
            {
                "cpp" => [Compiled(clients, vectors, program)],
                "javascript" => ["node", $"{vectors}/fuzz.mjs"],
                _ => [File.Exists("/usr/bin/python3") ? "/usr/bin/python3" : "python3", $"{vectors}/fuzz.py"],
            };
            (string printed, string said, int code) = Start([.. command, vectors, $"{request.Count}", $"{request.Seed}"], $"{clients}/python");
            FuzzResult result = code == 0 && JsonSerializer.Deserialize<Outcome>(printed, Names) is { } outcome
                ? new FuzzResult(outcome.Inputs, outcome.Accepted, new Dictionary<string, int> { ["PayloadError"] = outcome.Refused }, outcome.Seconds, outcome.MostBytes, outcome.MostSeconds, [])
                : FuzzResult.Failed(0, 0, $"exit {code}: {said.Trim()}");
            isClean &= result.Findings.Count == 0;
            Console.WriteLine(FuzzReport.Text($"client-{language}", request.Seed, result));
            if (request.Output is not null)
            {
                FuzzReport.Add(request.Output, $"client-{language}", request.Seed, result);
            }
        }
        Directory.Delete(Path.GetDirectoryName(program)!, recursive: true);
        return isClean;
    }

    /// <summary>With the sanitisers, which end the program at the first step beyond a buffer and the first undefined operation.</summary>
    private static string Compiled(string clients, string vectors, string program)
    {
        string[] command = ["g++", "-std=c++17", "-O2", "-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-I", $"{clients}/cpp", $"{vectors}/fuzz.cpp", "-o", program];
        (_, string said, int code) = Start(command, clients);
        return code == 0 ? program : throw new UserErrorException(ExitCode.Usage, $"'{string.Join(' ', command)}' failed: {said.Trim()}");
    }

    private static (string Printed, string Said, int Code) Start(string[] command, string pythonPath)
    {
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["PYTHONPATH"] = pythonPath, ["PYTHONDONTWRITEBYTECODE"] = "1" },
        };
        using Process process = Process.Start(start)!;
        Task<string> said = process.StandardError.ReadToEndAsync();
        string printed = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (printed, said.Result, process.ExitCode);
    }
}
