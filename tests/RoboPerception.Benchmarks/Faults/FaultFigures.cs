using System.Diagnostics;
using System.Globalization;
using RoboPerception.Core;

namespace RoboPerception.Benchmarks.Faults;

/// <summary>What one kind of fault came to, over its repetitions.</summary>
internal sealed class FaultFigures(string kind)
{
    private readonly List<double> recoveries = [];
    private readonly List<double> robots = [];
    private readonly List<string> failures = [];
    private long lost;
    private long stale;
    private int retainedLost;
    private int repetitions;

    /// <summary>The promise: frames flow this soon after what was away is back, 99 times of 100. Tests, on machines of any speed, ask for less.</summary>
    public static double RecoveryLimitSeconds { get; set; } = 2;

    /// <summary>A frame that is older than this when it comes is stale.</summary>
    public static TimeSpan StaleAge { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>What must not be and was.</summary>
    public IReadOnlyList<string> Failures => failures;

    /// <summary>Child processes of the node that have ended and were never collected; null where there are none to look at.</summary>
    public int? Zombies { get; set; }

    /// <summary>One repetition.</summary>
    /// <param name="observer">Who saw it.</param>
    /// <param name="before">The last frame before the fault.</param>
    /// <param name="returnedAt">When what was away was back, <see cref="Stopwatch"/> ticks.</param>
    /// <param name="first">The first new frame after that; null if none came.</param>
    public void Add(FaultObserver observer, FaultObserver.Arrival before, long returnedAt, FaultObserver.Arrival? first)
    {
        repetitions++;
        if (first is null)
        {
            failures.Add($"repetition {repetitions}: no frame came after the return");
            return;
        }
        recoveries.Add(Math.Max(0, Stopwatch.GetElapsedTime(returnedAt, first.At).TotalSeconds));
        lost += (long)(first.Sequence - before.Sequence) - 1;
        stale += observer.Arrivals.Count(a => a.At >= returnedAt && a.Age > StaleAge);
    }

    /// <summary>How long our own subscriber took until it had a new frame.</summary>
    public void AddRobot(TimeSpan recovery) => robots.Add(recovery.TotalSeconds);

    /// <summary>Retained topics that somebody who came afterwards did not get.</summary>
    public void AddRetained(IReadOnlyList<string> missing)
    {
        retainedLost += missing.Count;
        if (missing.Count > 0)
        {
            failures.Add($"repetition {repetitions}: not retained: {string.Join(", ", missing)}");
        }
    }

    /// <summary>Something that must not be.</summary>
    public void Fail(string what) => failures.Add(what);

    /// <summary>The node must have lived through it all and still end when it is told to.</summary>
    public void End(FaultNode node)
    {
        if (!node.Lives)
        {
            Fail($"the node ended: {node.Said}");
        }
        else if (node.Stop() is var code and not (int)ExitCode.Ok)
        {
            Fail($"the node ended with {code?.ToString(CultureInfo.InvariantCulture) ?? "nothing"} when it was told to stop: {node.Said}");
        }
    }

    /// <summary>The figures as they go into the report.</summary>
    /// <param name="observer">For what the node itself counted.</param>
    public object Report(FaultObserver? observer)
    {
        if (stale > 0)
        {
            failures.Add($"{stale} frames were more than {StaleAge.TotalSeconds} s old");
        }
        foreach ((string who, List<double> times) in new[] { ("frames", recoveries), ("our subscriber", robots) })
        {
            if (times.Count > 0 && Quantile(times, 0.99) > RecoveryLimitSeconds)
            {
                failures.Add($"{who}: p99 of the recovery is {Quantile(times, 0.99):0.00} s, over {RecoveryLimitSeconds} s");
            }
        }
        IReadOnlyDictionary<string, long>? dropped = observer?.Metrics?.Cameras[0].Dropped;
        return new
        {
            Kind = kind,
            Repetitions = repetitions,
            RecoverySecondsP50 = Quantile(recoveries, 0.5),
            RecoverySecondsP99 = Quantile(recoveries, 0.99),
            SubscriberRecoverySecondsP50 = Quantile(robots, 0.5),
            SubscriberRecoverySecondsP99 = Quantile(robots, 0.99),
            FramesSeen = observer?.Arrivals.Count,
            FramesLost = lost,
            DroppedAsTheNodeCounts = dropped?.Where(d => d.Value > 0).ToDictionary(),
            StaleFrames = stale,
            RetainedTopicsLost = retainedLost,
            Zombies,
            Failures = failures,
        };
    }

    /// <summary>True while nothing went wrong.</summary>
    public bool IsGood => failures.Count == 0;

    private static double? Quantile(List<double> values, double share) =>
        values.Count == 0 ? null : Math.Round(values.Order().ElementAt(Math.Min(values.Count - 1, (int)Math.Ceiling(share * values.Count) - 1)), 3);
}
