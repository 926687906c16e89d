namespace RoboPerception.Core.Tests;

public sealed class SteadyClockTests
{
    private const long Hour = 3_600_000_000_000;

    [Fact]
    public void Steady_time_goes_on_when_the_wall_clock_jumps_and_the_correction_follows_it()
    {
        var source = new JumpingTime();
        var clock = new SteadyClock(source);
        long start = clock.Now;
        source.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(0, clock.FollowWall());
        Assert.Equal((0, 0L), (clock.Steps, clock.LastStep));

        source.Jump(TimeSpan.FromHours(-3));
        source.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(start + 2_000_000_000, clock.Now);
        Assert.Equal(-3 * Hour, clock.FollowWall());
        Assert.Equal(source.Wall, clock.Now + clock.Correction);
        Assert.Equal((1, -3 * Hour), (clock.Steps, clock.LastStep));

        source.Jump(TimeSpan.FromHours(5));
        Assert.Equal(2 * Hour, clock.FollowWall());
        Assert.Equal((2, 5 * Hour), (clock.Steps, clock.LastStep));
        Assert.Equal(start + 2_000_000_000, clock.Now);
    }

    [Fact]
    public void The_noise_of_reading_is_no_jump()
    {
        var source = new JumpingTime();
        var clock = new SteadyClock(source);
        source.Jump(TimeSpan.FromMicroseconds(900));
        Assert.Equal(0, clock.FollowWall());
        source.Jump(TimeSpan.FromMicroseconds(200));
        Assert.Equal(1_100_000, clock.FollowWall());
        Assert.Equal(1, clock.Steps);
    }

    [Fact]
    public void A_thread_that_is_put_aside_while_it_reads_takes_that_for_no_jump()
    {
        var source = new JumpingTime();
        var clock = new SteadyClock(source);
        source.HoldUpReadings(2, TimeSpan.FromSeconds(2));
        Assert.Equal(0, clock.FollowWall());
        Assert.Equal(0, clock.Steps);
    }

    /// <summary>A wall clock and a monotonic one that do what they are told.</summary>
    private sealed class JumpingTime : TimeProvider
    {
        private DateTimeOffset wall = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
        private TimeSpan monotonic = TimeSpan.FromDays(3);
        private int heldUp;
        private TimeSpan delay;

        public long Wall => (wall.UtcDateTime - DateTime.UnixEpoch).Ticks * 100;

        public override long TimestampFrequency => 10_000_000;

        public override long GetTimestamp() => monotonic.Ticks;

        public override DateTimeOffset GetUtcNow()
        {
            if (heldUp > 0)
            {
                heldUp--;
                Pass(delay);
            }
            return wall;
        }

        public void Pass(TimeSpan time) => (wall, monotonic) = (wall + time, monotonic + time);

        public void Jump(TimeSpan by) => wall += by;

        public void HoldUpReadings(int count, TimeSpan by) => (heldUp, delay) = (count, by);
    }
}
