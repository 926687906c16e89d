using System.Diagnostics;

namespace RoboPerception.Core;

/// <summary>
/// Nanoseconds since the UNIX epoch that never run backwards while the process lives: the wall clock is read once, the
/// monotonic clock from then on. A time step of NTP therefore shows between sessions, never inside a latency.
/// </summary>
public static class UnixClock
{
    private static readonly long EpochAtStart = (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * 100;
    private static readonly long TicksAtStart = Stopwatch.GetTimestamp();

    /// <summary>Now, in nanoseconds since the UNIX epoch.</summary>
    public static long Now => EpochAtStart + ToNanoseconds(Stopwatch.GetTimestamp() - TicksAtStart);

    /// <summary>A duration in <see cref="Stopwatch"/> ticks as nanoseconds.</summary>
    public static long ToNanoseconds(long stopwatchTicks) =>
        Stopwatch.Frequency == 1_000_000_000 ? stopwatchTicks : (long)(stopwatchTicks * (1e9 / Stopwatch.Frequency));
}
