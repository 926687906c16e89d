namespace RoboPerception.Core;

/// <summary>Thread-safe counts of dropped frames, one per <see cref="DropCause"/>.</summary>
public sealed class DropCounters
{
    private readonly long[] counts = new long[DropCauses.All.Count];

    /// <summary>Counts one or more frames lost to a cause.</summary>
    public void Add(DropCause cause, long frames = 1) => Interlocked.Add(ref counts[(int)cause], frames);

    /// <summary>Frames lost to a cause so far.</summary>
    public long this[DropCause cause] => Interlocked.Read(ref counts[(int)cause]);

    /// <summary>Frames lost so far, all causes.</summary>
    public long Total => DropCauses.All.Sum(cause => this[cause]);
}
