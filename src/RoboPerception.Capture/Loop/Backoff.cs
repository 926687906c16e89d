namespace RoboPerception.Capture;

/// <summary>Waits that double up to a limit, each between half and all of its nominal length, so that many nodes do not knock at once.</summary>
internal sealed class Backoff(TimeSpan first, TimeSpan longest)
{
    private int failures;

    public void Reset() => failures = 0;

    public TimeSpan Next()
    {
        double nominal = Math.Min(longest.TotalSeconds, first.TotalSeconds * Math.Pow(2, Math.Min(failures++, 30)));
        return TimeSpan.FromSeconds(nominal * (0.5 + (0.5 * Random.Shared.NextDouble())));
    }
}
