using System.Diagnostics;
using System.Text.Json.Nodes;
using RoboPerception.Core;

namespace RoboPerception.Node.GpuCheck;

/// <summary>How long something took, many times over.</summary>
/// <param name="Durations">Each time, nanoseconds.</param>
internal readonly record struct Timings(LatencyHistogram Durations)
{
    private const int Fewest = 5, WarmUp = 3;

    /// <summary>Mean duration in milliseconds.</summary>
    public double MeanMs => Durations.Sum / 1e6 / Durations.Count;

    /// <summary>Does something for so many seconds, some times at least.</summary>
    public static Timings Take(Action work, double seconds)
    {
        for (int i = 0; i < WarmUp; i++)
        {
            work();
        }
        var durations = new LatencyHistogram();
        long begun = Stopwatch.GetTimestamp();
        while (durations.Count < Fewest || Stopwatch.GetElapsedTime(begun).TotalSeconds < seconds)
        {
            long start = Stopwatch.GetTimestamp();
            work();
            durations.Record((long)Stopwatch.GetElapsedTime(start).TotalNanoseconds);
        }
        return new Timings(durations);
    }

    /// <summary>Count, mean and quantiles.</summary>
    public JsonObject ToJson() => new()
    {
        ["count"] = Durations.Count,
        ["mean_ms"] = Math.Round(MeanMs, 3),
        ["p50_ms"] = Math.Round(Durations.Quantile(0.5) / 1e6, 3),
        ["p99_ms"] = Math.Round(Durations.Quantile(0.99) / 1e6, 3),
    };
}
