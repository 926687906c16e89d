using System.Security.Cryptography;

namespace RoboPerception.Messaging;

/// <summary>Delays that double up to a limit, each shortened by up to a half at random, so that a fleet does not return all at once.</summary>
internal sealed class BackOff
{
    private readonly TimeSpan minimum;
    private readonly TimeSpan maximum;
    private TimeSpan next;

    public BackOff(TimeSpan minimum, TimeSpan maximum)
    {
        this.minimum = minimum;
        this.maximum = maximum;
        next = minimum;
    }

    public TimeSpan Next()
    {
        TimeSpan delay = next;
        next = TimeSpan.FromTicks(Math.Min(next.Ticks * 2, maximum.Ticks));
        return delay * (RandomNumberGenerator.GetInt32(500, 1001) / 1000.0);
    }

    public void Reset() => next = minimum;
}
