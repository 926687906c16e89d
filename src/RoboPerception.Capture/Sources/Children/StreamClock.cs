namespace RoboPerception.Capture;

/// <summary>
/// Carries a pipeline's own times to the wall clock. A frame's presentation time is set by the source element when the driver hands
/// it over (for a network camera: by the sender), on a clock whose zero we are not told; the difference to the arrival here is the
/// pipeline's delay and varies with decoding and load. The smallest difference of the last seconds is taken for that zero: what is left
/// in the stamp is the pipeline's least delay, not its jitter. No stamp lies after the arrival, and none before the one before.
/// </summary>
internal sealed class StreamClock
{
    private const long WindowNanoseconds = 10_000_000_000;

    // A queue in the pipeline that holds more than this is not believed: then its times are not those of a live source.
    private const long MostDelay = 2_000_000_000;

    private long smallest = long.MaxValue;
    private long smallestBefore = long.MaxValue;
    private long windowStart;
    private long last;

    /// <summary>Forgets the pipeline, not the last stamp.</summary>
    public void Restart() => (smallest, smallestBefore, windowStart) = (long.MaxValue, long.MaxValue, 0);

    /// <summary>The stamp of a frame, nanoseconds since the UNIX epoch.</summary>
    /// <param name="time">Its presentation time; <see cref="PipePacket.None"/> if it has none.</param>
    /// <param name="arrival">When it arrived, nanoseconds since the UNIX epoch, on a clock that never runs backwards.</param>
    public long Stamp(ulong time, long arrival)
    {
        long stamp = arrival;
        if (time <= long.MaxValue)
        {
            long difference = arrival - (long)time;
            if (windowStart == 0 || arrival - windowStart > WindowNanoseconds)
            {
                (smallestBefore, smallest, windowStart) = (smallest, long.MaxValue, arrival);
            }

            smallest = Math.Min(smallest, difference);
            stamp = (long)time + Math.Min(smallest, smallestBefore);
            if (arrival - stamp > MostDelay)
            {
                Restart();
                stamp = arrival;
            }
        }

        last = Math.Max(last, stamp);
        return last;
    }
}
