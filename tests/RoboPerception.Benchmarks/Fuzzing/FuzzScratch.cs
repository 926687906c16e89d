namespace RoboPerception.Benchmarks.Fuzzing;

/// <summary>A folder for inputs that are read from a file: in memory where there is such a place, since files that live for a millisecond need not wait for a disk.</summary>
internal sealed class FuzzScratch : IDisposable
{
    private const string Memory = "/dev/shm";

    /// <summary>Where it is.</summary>
    public string Folder { get; } = Directory.CreateDirectory(Path.Combine(Directory.Exists(Memory) ? Memory : Path.GetTempPath(), $"roboperception-fuzz-{Guid.NewGuid():n}")).FullName;

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
