using System.Text.Json;
using System.Text.Json.Serialization;

namespace RoboPerception.Benchmarks.Fuzzing;

/// <summary>The file that collects what slices of a fuzz run came to: for each format its slices, one a seed, and their sum.</summary>
internal static class FuzzReport
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    /// <summary>A slice.</summary>
    /// <param name="Seed">The same seed gives the same inputs.</param>
    /// <param name="Inputs">Read.</param>
    /// <param name="Accepted">Read whole.</param>
    /// <param name="CpuSeconds">Processor time of all.</param>
    /// <param name="MostMegabytes">The most that one input made the reader allocate.</param>
    /// <param name="MostCpuSeconds">The most processor time that one input took.</param>
    /// <param name="Refusals">Exceptions that refused the others.</param>
    /// <param name="Findings">What must not be.</param>
    public sealed record Slice(
        int Seed, long Inputs, long Accepted, double CpuSeconds, double MostMegabytes, double MostCpuSeconds, SortedDictionary<string, long> Refusals, IReadOnlyList<string> Findings);

    /// <summary>All slices of a format.</summary>
    /// <param name="Total">Their sum.</param>
    /// <param name="Slices">By seed.</param>
    public sealed record Format(Sum Total, IReadOnlyList<Slice> Slices);

    /// <summary>What slices come to.</summary>
    public sealed record Sum(long Inputs, long Accepted, long Findings, double CpuSeconds, double MostMegabytes, double MostCpuSeconds, SortedDictionary<string, long> Refusals);

    /// <summary>One slice, for the terminal.</summary>
    public static string Text(string name, int seed, FuzzResult result) => JsonSerializer.Serialize(new { Name = name, Slice = Of(seed, result) }, Indented);

    /// <summary>Adds a slice; one of the same seed is replaced, since its inputs are the same.</summary>
    public static void Add(string path, string name, int seed, FuzzResult result)
    {
        var formats = File.Exists(path) ? JsonSerializer.Deserialize<SortedDictionary<string, Format>>(File.ReadAllText(path), Indented)! : [];
        Slice[] slices = [.. formats.TryGetValue(name, out Format? before) ? before.Slices.Where(s => s.Seed != seed) : [], Of(seed, result)];
        var refusals = slices.SelectMany(s => s.Refusals).GroupBy(r => r.Key, r => r.Value).ToDictionary(g => g.Key, g => g.Sum());
        formats[name] = new Format(
            new Sum(
                slices.Sum(s => s.Inputs), slices.Sum(s => s.Accepted), slices.Sum(s => s.Findings.Count), Math.Round(slices.Sum(s => s.CpuSeconds), 1),
                slices.Max(s => s.MostMegabytes), slices.Max(s => s.MostCpuSeconds), new SortedDictionary<string, long>(refusals, StringComparer.Ordinal)),
            [.. slices.OrderBy(s => s.Seed)]);
        // Beside it and then in its place: an end in between leaves what there was.
        File.WriteAllText(path + ".part", JsonSerializer.Serialize(formats, Indented));
        File.Move(path + ".part", path, overwrite: true);
    }

    private static Slice Of(int seed, FuzzResult result) => new(
        seed, result.Inputs, result.Accepted, Math.Round(result.Seconds, 1), Math.Round(result.MostBytes / 1e6, 1), Math.Round(result.MostSeconds, 3),
        new SortedDictionary<string, long>(result.Refusals.ToDictionary(r => r.Key, r => (long)r.Value), StringComparer.Ordinal), result.Findings);
}
