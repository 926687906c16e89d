using RoboPerception.Core;

namespace RoboPerception.Core.Tests;

/// <summary>Promise: honest figures.</summary>
public sealed class MeasureTests
{
    [Theory]
    [InlineData(0.5)]
    [InlineData(0.95)]
    [InlineData(0.99)]
    public void A_quantile_is_right_within_the_width_of_a_bucket(double quantile)
    {
        var histogram = new LatencyHistogram();
        var random = new Random(1);
        long[] samples = [.. Enumerable.Range(0, 5000).Select(_ => (long)Math.Exp(random.NextDouble() * 20))];
        foreach (long sample in samples)
        {
            histogram.Record(sample);
        }
        Array.Sort(samples);
        long exact = samples[(int)Math.Ceiling(quantile * samples.Length) - 1];
        Assert.InRange(histogram.Quantile(quantile), exact, exact * 1.04 + 1);
        Assert.Equal(samples.Sum(), histogram.Sum);
        Assert.Equal(samples[^1], histogram.Maximum);
    }

    [Fact]
    public void An_empty_histogram_answers_zero_and_a_reset_empties_it()
    {
        var histogram = new LatencyHistogram();
        Assert.Equal(0, histogram.Quantile(0.5));
        histogram.Record(-5);
        histogram.Record(long.MaxValue);
        Assert.Equal(long.MaxValue, histogram.Quantile(1));
        Assert.Equal(0, histogram.Quantile(0.5));
        histogram.Reset();
        Assert.Equal(0, histogram.Count);
        Assert.Equal(0, histogram.Quantile(1));
    }

    [Fact]
    public void Drops_are_counted_by_cause()
    {
        var drops = new DropCounters();
        drops.Add(DropCause.Stale);
        drops.Add(DropCause.Corrupt, 3);
        Assert.Equal(1, drops[DropCause.Stale]);
        Assert.Equal(3, drops[DropCause.Corrupt]);
        Assert.Equal(4, drops.Total);
        Assert.Equal(DropCauses.All.Count, DropCauses.All.Select(c => c.Name()).Distinct().Count());
    }

    [Fact]
    public void The_clock_is_the_wall_clock_and_never_goes_back()
    {
        long wall = (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * 100;
        long first = UnixClock.Now;
        Assert.InRange(first - wall, -5_000_000_000, 5_000_000_000);
        for (int i = 0; i < 1000; i++)
        {
            long next = UnixClock.Now;
            Assert.True(next >= first);
            first = next;
        }
    }
}
