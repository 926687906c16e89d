using System.Text.Json;

namespace RoboPerception.Benchmarks.Fuzzing;

/// <summary><c>bench.sh fuzz</c>: damaged inputs by the million for everything that reads bytes from outside.</summary>
internal static class FuzzBenchmark
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals };

    /// <summary>Runs the target named <paramref name="only"/>, or else every one whose name contains it; prints JSON.</summary>
    /// <returns>0 if no reader did what it must not.</returns>
    public static int Run(string repository, int count, int seed, string only, double seconds)
    {
        string scratch = Directory.CreateTempSubdirectory("roboperception-fuzz").FullName;
        string kept = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), "roboperception-findings")).FullName;
        bool isClean = true;
        try
        {
            FuzzTarget[] all = [.. NodeTargets.All(repository, scratch), .. RecordingTargets.All(scratch), .. TrainingTargets.All(repository, scratch)];
            bool isName = all.Any(t => t.Name == only);
            foreach (FuzzTarget target in all.Where(t => isName ? t.Name == only : t.Name.Contains(only, StringComparison.Ordinal)))
            {
                FuzzResult result = FuzzRun.Run(target, count, seed, kept, seconds > 0 ? TimeSpan.FromSeconds(seconds) : null);
                isClean &= result.Findings.Count == 0;
                Console.WriteLine(JsonSerializer.Serialize(new { target.Name, Seed = seed, result.Inputs, result.Accepted, MostMegabytes = Math.Round(result.MostBytes / 1e6, 1), MostCpuSeconds = Math.Round(result.MostSeconds, 3), result.Findings }, Indented));
            }
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
        if (!isClean)
        {
            Console.Error.WriteLine($"bench: the inputs with findings are in {kept}");
        }
        return isClean ? 0 : 1;
    }
}
