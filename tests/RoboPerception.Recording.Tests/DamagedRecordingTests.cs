using RoboPerception.Benchmarks.Fuzzing;

namespace RoboPerception.Recording.Tests;

/// <summary>Promise: a recording may be damaged or hostile. It is read as far as it goes or refused by name (launch/bench.sh fuzz does a million).</summary>
public sealed class DamagedRecordingTests : IDisposable
{
    private readonly FuzzScratch scratch = new();

    public void Dispose() => scratch.Dispose();

    [Theory]
    [InlineData("mcap")]
    [InlineData("mcap-unchecked")]
    [InlineData("mcap-repair")]
    public void Damaged_recordings_are_read_or_refused_by_name(string name)
    {
        const int inputs = 10_000;
        FuzzTarget target = RecordingTargets.All(scratch.Folder).Single(t => t.Name == name);
        FuzzResult result = FuzzRun.Run(target, inputs, seed: 7);
        Assert.Empty(result.Findings);
        Assert.Equal(inputs, result.Inputs);
        Assert.InRange(result.Accepted, 1, inputs);
    }
}
