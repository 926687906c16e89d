using System.Text.Json;

namespace RoboPerception.Benchmarks.Fuzzing;

/// <summary><c>bench.sh fuzz</c>: damaged inputs by the million for everything that reads bytes from outside.</summary>
internal static class FuzzBenchmark
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals };

    /// <summary>Runs every target whose name contains <paramref name="only"/>; prints JSON.</summary>
    /// <returns>0 if no reader did what it must not.</returns>
    public static int Run(string repository, int count, int seed, string only)
    {
        string scratch = Directory.CreateTempSubdirectory("roboperception-fuzz").FullName;
        string kept = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), "roboperception-findings")).FullName;
        bool isClean = true;
        try
        {
            foreach (FuzzTarget target in NodeTargets.All(repository, scratch).Concat(TrainingTargets.All(repository, scratch)).Where(t => t.Name.Contains(only, StringComparison.Ordinal)))
            {
                FuzzResult result = FuzzRun.Run(target, count, seed, kept);
                isClean &= result.Findings.Count == 0;
                Console.WriteLine(JsonSerializer.Serialize(new { target.Name, result.Inputs, result.Accepted, MostMegabytes = Math.Round(result.MostBytes / 1e6, 1), MostCpuSeconds = Math.Round(result.MostSeconds, 3), result.Findings }, Indented));
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
