using System.Diagnostics;
using System.Globalization;
using System.Net;
using RoboPerception.Core;

namespace RoboPerception.Benchmarks.Faults;

/// <summary>The node at 30 Hz for hours: memory, handles and threads must not grow.</summary>
internal static class SoakRun
{
    private static readonly TimeSpan Sampling = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    // What two hours may add before somebody who runs it for weeks would notice.
    private const double Settled = 10;

    // In the first minutes the thread pool still finds its size.
    private const int PoolSlack = 6;
    private const double MegabytesAnHour = 4, HandlesAnHour = 1, ThreadsAnHour = 1;

    public static async Task<(object Report, bool IsGood)> RunAsync(string model, double minutes, TimeSpan? sampling = null)
    {
        var figures = new FaultFigures("soak");
        using var broker = new FaultBroker(IPAddress.Loopback);
        await using var observer = new FaultObserver(broker.Address);
        using var node = new FaultNode(model, "test://?size=640x480&fps=30&live=true", broker.Address);
        if (await observer.NextAsync(0, Patience) is null)
        {
            figures.Fail($"no frame came: {node.Said}");
            return (figures.Report(observer), false);
        }
        List<double> hours = [], megabytes = [], handles = [], threads = [];
        long started = Stopwatch.GetTimestamp();
        // The first fifth fills pools and compiles what is used often.
        double warmUp = minutes / 5;
        while (Stopwatch.GetElapsedTime(started).TotalMinutes < minutes && node.Lives)
        {
            await Task.Delay(sampling ?? Sampling);
            double now = Stopwatch.GetElapsedTime(started).TotalMinutes;
            if (now < warmUp)
            {
                continue;
            }
            hours.Add(now / 60);
            megabytes.Add(Status(node.Id, "VmRSS") / 1024);
            threads.Add(Status(node.Id, "Threads"));
            handles.Add(Directory.GetFiles($"/proc/{node.Id}/fd").Length);
        }
        int frames = observer.Arrivals.Count;
        ulong missing = observer.Last!.Sequence - observer.Arrivals[0].Sequence + 1 - (ulong)frames;
        (double Memory, double Error) memory = Slope(hours, megabytes);
        (double Handles, _) = Slope(hours, handles);
        (double Threads, _) = Slope(hours, threads);
        // The heap finds its size within minutes; and twice the error of the estimate, since pages say little.
        if (minutes >= Settled && memory.Memory - (2 * memory.Error) > MegabytesAnHour)
        {
            figures.Fail($"memory grows by {memory.Memory:0.0} MB an hour");
        }
        int slack = minutes >= Settled ? 1 : PoolSlack;
        Judge(figures, "handles", Handles, handles, HandlesAnHour, slack);
        Judge(figures, "threads", Threads, threads, ThreadsAnHour, slack);
        figures.End(node);
        object report = new
        {
            Minutes = minutes,
            Frames = frames,
            FramesPerSecond = Math.Round(frames / Stopwatch.GetElapsedTime(started).TotalSeconds, 1),
            FramesMissing = missing,
            AgeSecondsP99 = Math.Round(observer.Arrivals.Select(a => a.Age.TotalSeconds).Order().ElementAt(frames * 99 / 100), 3),
            MemoryMegabytes = Range(megabytes),
            MemorySlopeMegabytesAnHour = Math.Round(memory.Memory, 2),
            MemorySlopeStandardError = Math.Round(memory.Error, 2),
            Handles = Range(handles),
            HandlesSlopeAnHour = Math.Round(Handles, 2),
            Threads = Range(threads),
            ThreadsSlopeAnHour = Math.Round(Threads, 2),
            Result = figures.Report(observer),
        };
        return (report, figures.IsGood);
    }

    /// <summary>A trend counts if the last quarter never comes down to what the first quarter had at most and a little more.</summary>
    private static void Judge(FaultFigures figures, string what, double slope, List<double> values, double limit, int slack)
    {
        int quarter = Math.Max(1, values.Count / 4);
        if (slope > limit && values[^quarter..].Min() > values[..quarter].Max() + slack)
        {
            figures.Fail($"{what} grow by {slope:0.0} an hour");
        }
    }

    private static string Range(List<double> values) => string.Create(CultureInfo.InvariantCulture, $"{values.Min():0.#} to {values.Max():0.#}, at the end {values[^1]:0.#}");

    /// <summary>Least squares: slope and its standard error.</summary>
    private static (double Slope, double Error) Slope(List<double> x, List<double> y)
    {
        double meanX = x.Average(), meanY = y.Average();
        double spread = x.Sum(v => (v - meanX) * (v - meanX));
        double slope = x.Zip(y).Sum(p => (p.First - meanX) * (p.Second - meanY)) / spread;
        double rest = x.Zip(y).Sum(p => Math.Pow(p.Second - meanY - (slope * (p.First - meanX)), 2));
        return (slope, Math.Sqrt(rest / Math.Max(1, x.Count - 2) / spread));
    }

    private static double Status(int process, string key) =>
        double.Parse(File.ReadLines($"/proc/{process}/status").First(l => l.StartsWith(key + ":", StringComparison.Ordinal)).Split(['\t', ' '], StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
}
