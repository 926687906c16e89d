using RoboPerception.Benchmarks.Fuzzing;

namespace RoboPerception.Recording.Tests;

/// <summary>Promise: a recording may be damaged or hostile. It is read as far as it goes or refused by name (launch/bench.sh fuzz does a million).</summary>
public sealed class DamagedRecordingTests : IDisposable
{
    private readonly string scratch = Directory.CreateTempSubdirectory("roboperception-fuzz").FullName;

    public void Dispose() => Directory.Delete(scratch, recursive: true);

    [Theory]
    [InlineData("mcap", 10_000)]
    [InlineData("mcap-unchecked", 10_000)]
    [InlineData("mcap-repair", 500)] // Each writes a file and waits for the disk.
    public void Damaged_recordings_are_read_or_refused_by_name(string name, int inputs)
    {
        FuzzTarget target = RecordingTargets.All(scratch).Single(t => t.Name == name);
        FuzzResult result = FuzzRun.Run(target, inputs, seed: 7);
        Assert.Empty(result.Findings);
        Assert.Equal(inputs, result.Inputs);
        Assert.InRange(result.Accepted, 1, inputs);
    }
}
