using RoboPerception.Core;

namespace RoboPerception.Node.Pipeline;

/// <summary>
/// What one camera's pipeline counted since it started. Threads of the pipeline write, anyone reads; nothing here
/// allocates on the frame path.
/// </summary>
internal sealed class PipelineStatistics
{
    private readonly LatencyHistogram[] stages = [.. Stages.All.Select(_ => new LatencyHistogram())];
    private readonly long[] allocated = new long[3];
    private long published;
    private long inferred;
    private long lastPublishedTicks;

    /// <summary>Drops by cause.</summary>
    public DropCounters Drops { get; } = new();

    /// <summary>Age of a frame when its last payload leaves: since the grab for live sources, since decoding began for recordings.</summary>
    public LatencyHistogram Age { get; } = new();

    /// <summary>Frames whose predictions went to the network.</summary>
    public long Published => Interlocked.Read(ref published);

    /// <summary>Frames that went through the network of neurons.</summary>
    public long Inferred => Interlocked.Read(ref inferred);

    /// <summary>When the last frame was published, in <see cref="Environment.TickCount64"/> milliseconds; 0 = never.</summary>
    public long LastPublishedAt => Interlocked.Read(ref lastPublishedTicks);

    /// <summary>Durations of a stage, nanoseconds.</summary>
    public LatencyHistogram this[Stage stage] => stages[(int)stage];

    /// <summary>One frame was inferred.</summary>
    public void CountInferred() => Interlocked.Increment(ref inferred);

    /// <summary>One frame was published.</summary>
    public void CountPublished()
    {
        Interlocked.Increment(ref published);
        Interlocked.Exchange(ref lastPublishedTicks, Environment.TickCount64);
    }

    /// <summary>
    /// A pipeline thread reports its own managed allocations so far (<see cref="GC.GetAllocatedBytesForCurrentThread"/>):
    /// 0 inference, 1 publishing, 2 preparing ahead. The capture thread has its own test.
    /// </summary>
    public void ReportAllocated(int thread) => Interlocked.Exchange(ref allocated[thread], GC.GetAllocatedBytesForCurrentThread());

    /// <summary>Bytes the pipeline threads allocated since they started.</summary>
    public long AllocatedBytes => Interlocked.Read(ref allocated[0]) + Interlocked.Read(ref allocated[1]) + Interlocked.Read(ref allocated[2]);
}
