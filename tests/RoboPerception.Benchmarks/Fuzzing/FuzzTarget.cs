namespace RoboPerception.Benchmarks.Fuzzing;

/// <summary>A reader of bytes from outside, and what it may do with any of them.</summary>
/// <param name="Name">The format.</param>
/// <param name="Seeds">Sound inputs, which are damaged.</param>
/// <param name="Read">Reads an input; what it throws must be a refusal.</param>
/// <param name="IsRefusal">Whether an exception is one that the reader documents.</param>
/// <param name="AllowedBytes">
/// Bytes that may be allocated beside ten times the input: what the format may unpack to by what its reader documents.
/// </param>
internal sealed record FuzzTarget(string Name, IReadOnlyList<byte[]> Seeds, Action<byte[]> Read, Func<Exception, bool> IsRefusal, long AllowedBytes = 2 << 20);
