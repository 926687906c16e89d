namespace RoboPerception.Node.Pipeline;

/// <summary>Chooses frames by their own time, so many a second at most. For one thread.</summary>
internal sealed class RateLimit
{
    private long next = long.MinValue;
    private long last = long.MinValue;

    /// <summary>Whether a frame is one of those chosen.</summary>
    /// <param name="stamp">Its time, nanoseconds.</param>
    /// <param name="rate">Frames a second; 0 = all.</param>
    public bool IsDue(long stamp, double rate)
    {
        if (rate <= 0)
        {
            return true;
        }
        long period = (long)(1e9 / rate);
        // Time that runs backwards is a clock that was set; a time far ahead is one of a lower rate that no longer holds.
        bool due = stamp >= next || stamp < last || next - stamp > period;
        last = stamp;
        if (due)
        {
            // In step with the beat where it can be kept, so that the mean rate is the one asked for.
            next = next != long.MinValue && stamp - next is >= 0 and var late && late < period ? next + period : stamp + period;
        }
        return due;
    }
}
