namespace RoboPerception.Benchmarks.Fuzzing;

/// <summary><c>bench.sh fuzz</c>: damaged inputs by the million for everything that reads bytes from outside.</summary>
internal static class FuzzBenchmark
{
    /// <summary>Which formats, how many inputs.</summary>
    /// <param name="Repository">Its root: seeds are files of it.</param>
    /// <param name="Count">Inputs for each format.</param>
    /// <param name="Seed">The same seed gives the same inputs.</param>
    /// <param name="Only">The format of this name, or else those whose names contain it.</param>
    /// <param name="Seconds">For each format at most; 0 = until all are read.</param>
    /// <param name="Clients">Instead of ours, the readers in C++, JavaScript and Python.</param>
    /// <param name="Output">JSON to which the figures are added: a million in slices, each with a seed of its own.</param>
    public sealed record Request(string Repository, int Count, int Seed, string Only, double Seconds, bool Clients, string? Output);

    /// <summary>Runs them; prints JSON.</summary>
    /// <returns>0 if no reader did what it must not.</returns>
    public static int Run(Request request)
    {
        if (request.Clients)
        {
            return ClientFuzz.Run(request) ? 0 : 1;
        }
        using var scratch = new FuzzScratch();
        string kept = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), "roboperception-findings")).FullName;
        bool isClean = true;
        FuzzTarget[] all = [.. NodeTargets.All(request.Repository, scratch.Folder), .. RecordingTargets.All(scratch.Folder), .. TrainingTargets.All(request.Repository, scratch.Folder)];
        bool isName = all.Any(t => t.Name == request.Only);
        foreach (FuzzTarget target in all.Where(t => isName ? t.Name == request.Only : t.Name.Contains(request.Only, StringComparison.Ordinal)))
        {
            FuzzResult result = FuzzRun.Run(target, request.Count, request.Seed, kept, request.Seconds > 0 ? TimeSpan.FromSeconds(request.Seconds) : null);
            isClean &= result.Findings.Count == 0;
            Console.WriteLine(FuzzReport.Text(target.Name, request.Seed, result));
            if (request.Output is not null)
            {
                FuzzReport.Add(request.Output, target.Name, request.Seed, result);
            }
        }
        if (!isClean)
        {
            Console.Error.WriteLine($"bench: the inputs with findings are in {kept}");
        }
        return isClean ? 0 : 1;
    }
}
