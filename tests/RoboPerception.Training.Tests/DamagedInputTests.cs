using System.Runtime.CompilerServices;
using RoboPerception.Benchmarks.Fuzzing;

namespace RoboPerception.Training.Tests;

/// <summary>
/// Promise: whatever is read from outside may be damaged or hostile. Ten thousand damaged inputs of each format are read or refused by name,
/// within a second of processor time and in memory that the input can account for (launch/bench.sh fuzz does a million).
/// </summary>
public sealed class DamagedInputTests : IDisposable
{
    private const int Inputs = 10_000;
    private readonly FuzzScratch scratch = new();

    public void Dispose() => scratch.Dispose();

    public static TheoryData<string> Formats() => [.. TrainingTargets.All(Root(), Path.GetTempPath()).Select(target => target.Name)];

    [Theory]
    [MemberData(nameof(Formats))]
    public void Damaged_inputs_are_read_or_refused_by_name(string format)
    {
        var target = TrainingTargets.All(Root(), scratch.Folder).Single(target => target.Name == format);
        var result = FuzzRun.Run(target, Inputs, seed: 7);
        Assert.Empty(result.Findings);
        Assert.Equal(Inputs, result.Inputs);
        Assert.InRange(result.Accepted, 1, Inputs - 1);
    }

    private static string Root([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../.."));
}
