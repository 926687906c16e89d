namespace RoboPerception.Core;

/// <summary>
/// Two times that must not be confused. <see cref="Now"/> runs evenly and never backwards: ages, durations and the order of stamps inside
/// the process come from it. What leaves the process carries the wall clock, which may jump (NTP at boot, a person, a suspended machine):
/// <see cref="FollowWall"/> notices that and returns what must be added to <see cref="Now"/>.
/// </summary>
/// <remarks>
/// A frame takes the correction once, when it is taken up, and keeps it: its acquisition and its publish stamp, and those of all its
/// outputs, then lie on one clock, and their differences are true even if the wall clock jumps in between.
/// </remarks>
public sealed class SteadyClock
{
    // Slewing (NTP's and PTP's normal way) moves the monotonic clock of Linux too; what shows here is a step. Less than this is the noise of reading.
    private const long SmallestStep = 1_000_000;

    // Whoever was put aside between the readings reads again.
    private const long LongestReading = 100_000;
    private const int Readings = 4;

    private readonly TimeProvider provider;
    private readonly long epochAtStart;
    private readonly long ticksAtStart;
    private readonly Lock following = new();
    private long correction;
    private long lastStep;
    private int steps;

    /// <summary>A clock that is right at this moment.</summary>
    /// <param name="provider">Where the wall clock and the monotonic one are read.</param>
    public SteadyClock(TimeProvider provider)
    {
        ArgumentNullException.ThrowIfNull(provider);
        this.provider = provider;
        epochAtStart = Wall();
        ticksAtStart = provider.GetTimestamp();
    }

    /// <summary>Nanoseconds since the UNIX epoch by the wall clock of the start, carried on by the monotonic clock.</summary>
    public long Now => epochAtStart + ToNanoseconds(provider.GetTimestamp() - ticksAtStart);

    /// <summary>What <see cref="FollowWall"/> found last, nanoseconds.</summary>
    public long Correction => Interlocked.Read(ref correction);

    /// <summary>Jumps of the wall clock seen since the start.</summary>
    public int Steps => Volatile.Read(ref steps);

    /// <summary>The last jump, nanoseconds; negative if the wall clock went back, 0 if there was none.</summary>
    public long LastStep => Interlocked.Read(ref lastStep);

    /// <summary>Reads both clocks. Costs less than a microsecond and allocates nothing.</summary>
    /// <returns>What to add to a time of <see cref="Now"/> to have it by the wall clock, nanoseconds.</returns>
    public long FollowWall()
    {
        for (int i = 0; i < Readings; i++)
        {
            long before = Now;
            long wall = Wall();
            long took = Now - before;
            if (took > LongestReading)
            {
                continue;
            }
            long found = wall - before - (took / 2);
            if (Math.Abs(found - Correction) < SmallestStep)
            {
                break;
            }
            lock (following)
            {
                Interlocked.Exchange(ref lastStep, found - correction);
                Interlocked.Exchange(ref correction, found);
                steps++;
            }
        }
        return Correction;
    }

    private long Wall() => (provider.GetUtcNow().UtcDateTime - DateTime.UnixEpoch).Ticks * 100;

    private long ToNanoseconds(long ticks) =>
        provider.TimestampFrequency == 1_000_000_000 ? ticks : (long)(ticks * (1e9 / provider.TimestampFrequency));
}
