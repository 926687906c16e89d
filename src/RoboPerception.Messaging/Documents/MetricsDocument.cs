using RoboPerception.Core;

namespace RoboPerception.Messaging;

/// <summary>Topic <c>metrics</c>, once a second: the same numbers as Prometheus.</summary>
/// <param name="Session">The session of <see cref="StatusDocument"/>.</param>
/// <param name="Stamp">When they were read.</param>
/// <param name="Cameras">The cameras in order of their ids.</param>
public sealed record MetricsDocument(string Session, DateTimeOffset Stamp, IReadOnlyList<CameraMetrics> Cameras)
{
    /// <summary>Seconds since the node started.</summary>
    public double UptimeSeconds { get; init; }
}

/// <summary>Counters and latencies of one camera; counters since the node started, latencies over the last interval.</summary>
public sealed record CameraMetrics
{
    /// <summary>Camera id.</summary>
    public required string Camera { get; init; }

    /// <summary>Frames grabbed.</summary>
    public long Captured { get; init; }

    /// <summary>Frames whose outputs were all handed to the network.</summary>
    public long Published { get; init; }

    /// <summary>Published frames per second over the last interval.</summary>
    public double FramesPerSecond { get; init; }

    /// <summary>Frames lost by cause (<see cref="DropCauses"/>).</summary>
    public IReadOnlyDictionary<string, long> Dropped { get; init; } = new Dictionary<string, long>();

    /// <summary>Messages replaced by a newer one before they were sent, by topic name (segmentation, depth, ...).</summary>
    public IReadOnlyDictionary<string, long> Superseded { get; init; } = new Dictionary<string, long>();

    /// <summary>Grab to publish.</summary>
    public LatencySummary? Age { get; init; }

    /// <summary>Durations by stage name: capture, preprocess, inference, encode, publish.</summary>
    public IReadOnlyDictionary<string, LatencySummary> Stages { get; init; } = new Dictionary<string, LatencySummary>();
}

/// <summary>Quantiles of a duration in milliseconds.</summary>
/// <param name="Count">Samples.</param>
/// <param name="P50">Median.</param>
/// <param name="P95">95 % are shorter.</param>
/// <param name="P99">99 % are shorter.</param>
/// <param name="Max">The longest.</param>
public sealed record LatencySummary(long Count, double P50, double P95, double P99, double Max)
{
    private const double NanosecondsPerMillisecond = 1e6;

    /// <summary>Reads a histogram of nanoseconds.</summary>
    public static LatencySummary Of(LatencyHistogram histogram)
    {
        ArgumentNullException.ThrowIfNull(histogram);
        return new LatencySummary(
            histogram.Count,
            histogram.Quantile(0.50) / NanosecondsPerMillisecond,
            histogram.Quantile(0.95) / NanosecondsPerMillisecond,
            histogram.Quantile(0.99) / NanosecondsPerMillisecond,
            histogram.Maximum / NanosecondsPerMillisecond);
    }
}
