using System.Diagnostics;

namespace RoboPerception.Core;

/// <summary>
/// The process's clock: nanoseconds since the UNIX epoch that never run backwards while the process lives, and the difference to the wall
/// clock should that jump. See <see cref="SteadyClock"/>.
/// </summary>
public static class UnixClock
{
    /// <summary>The clock itself.</summary>
    public static SteadyClock Process { get; } = new(TimeProvider.System);

    /// <summary>Now, in nanoseconds since the UNIX epoch, by the wall clock of the process's start.</summary>
    public static long Now => Process.Now;

    /// <summary>Now, by the wall clock as it stands: what the stamps of payloads are to be compared with.</summary>
    public static long Wall => Process.Now + Process.FollowWall();

    /// <summary>A duration in <see cref="Stopwatch"/> ticks as nanoseconds.</summary>
    public static long ToNanoseconds(long stopwatchTicks) =>
        Stopwatch.Frequency == 1_000_000_000 ? stopwatchTicks : (long)(stopwatchTicks * (1e9 / Stopwatch.Frequency));
}
