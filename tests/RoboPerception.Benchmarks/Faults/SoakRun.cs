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

    private static readonly TimeSpan Saving = TimeSpan.FromMinutes(2);

    /// <summary>Runs it.</summary>
    /// <param name="model">The ONNX file.</param>
    /// <param name="minutes">How long.</param>
    /// <param name="sampling">Between two samples; null = two seconds.</param>
    /// <param name="size">Of the source's frames, pixels.</param>
    /// <param name="save">Is given what is known so far every two minutes: an end after hours must not lose them.</param>
    public static async Task<(object Report, bool IsGood)> RunAsync(string model, double minutes, TimeSpan? sampling = null, string size = "640x480", Action<object>? save = null)
    {
        var figures = new FaultFigures("soak");
        using var broker = new FaultBroker(IPAddress.Loopback);
        await using var observer = new FaultObserver(broker.Address);
        using var node = new FaultNode(model, $"test://?size={size}&fps=30&live=true", broker.Address);
        if (await observer.NextAsync(0, Patience) is null)
        {
            figures.Fail($"no frame came: {node.Said}");
            return (figures.Report(observer), false);
        }
        List<double> hours = [], megabytes = [], handles = [], threads = [];
        // From the start on, the warming up too: a look at it says more than a slope.
        List<object> course = [];
        TimeSpan cpu = default;
        long started = Stopwatch.GetTimestamp();
        // The first fifth fills pools and compiles what is used often.
        double warmUp = minutes / 5;
        long saved = started;
        while (Stopwatch.GetElapsedTime(started).TotalMinutes < minutes && node.Lives)
        {
            if (save is not null && Stopwatch.GetElapsedTime(saved) > Saving)
            {
                saved = Stopwatch.GetTimestamp();
                save(Report(figures.Report(observer)));
            }
            await Task.Delay(sampling ?? Sampling);
            double now = Stopwatch.GetElapsedTime(started).TotalMinutes;
            (double memory, double running, int open) = (Status(node.Id, "VmRSS") / 1024, Status(node.Id, "Threads"), Directory.GetFiles($"/proc/{node.Id}/fd").Length);
            if (now >= course.Count)
            {
                cpu = ProcessCpu.OfTree(node.Id);
                course.Add(new { Minute = Math.Round(now, 1), Megabytes = Math.Round(memory, 1), Handles = open, Threads = running });
            }
            if (now >= warmUp)
            {
                hours.Add(now / 60);
                megabytes.Add(memory);
                threads.Add(running);
                handles.Add(open);
            }
        }
        (double growth, double error) = Slope(hours, megabytes);
        // The heap finds its size within minutes; and twice the error of the estimate, since pages say little.
        if (minutes >= Settled && growth - (2 * error) > MegabytesAnHour)
        {
            figures.Fail($"memory grows by {growth:0.0} MB an hour");
        }
        int slack = minutes >= Settled ? 1 : PoolSlack;
        Judge(figures, "handles", Slope(hours, handles).Slope, handles, HandlesAnHour, slack);
        Judge(figures, "threads", Slope(hours, threads).Slope, threads, ThreadsAnHour, slack);
        figures.End(node);
        return (Report(figures.Report(observer)), figures.IsGood);

        object Report(object result)
        {
            IReadOnlyList<FaultObserver.Arrival> arrivals = observer.Arrivals;
            double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
            return new
            {
                Minutes = Math.Round(seconds / 60, 1),
                OfMinutes = minutes,
                Frames = arrivals.Count,
                FramesPerSecond = Math.Round(arrivals.Count / seconds, 1),
                FramesMissing = arrivals[^1].Sequence - arrivals[0].Sequence + 1 - (ulong)arrivals.Count,
                AgeSecondsP99 = Math.Round(arrivals.Select(a => a.Age.TotalSeconds).Order().ElementAt(arrivals.Count * 99 / 100), 3),
                NodeCores = Math.Round(cpu.TotalSeconds / seconds, 3),
                Samples = hours.Count,
                MemoryMegabytes = Range(megabytes),
                MemorySlopeMegabytesAnHour = Math.Round(Slope(hours, megabytes).Slope, 2),
                MemorySlopeStandardError = Math.Round(Slope(hours, megabytes).Error, 2),
                Handles = Range(handles),
                HandlesSlopeAnHour = Math.Round(Slope(hours, handles).Slope, 2),
                Threads = Range(threads),
                ThreadsSlopeAnHour = Math.Round(Slope(hours, threads).Slope, 2),
                EachMinute = course,
                Result = result,
            };
        }
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

    private static string? Range(List<double> values) => values.Count == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"{values.Min():0.#} to {values.Max():0.#}, at the end {values[^1]:0.#}");

    /// <summary>Least squares: slope and its standard error.</summary>
    private static (double Slope, double Error) Slope(List<double> x, List<double> y)
    {
        if (x.Count < 3)
        {
            return default;
        }
        double meanX = x.Average(), meanY = y.Average();
        double spread = x.Sum(v => (v - meanX) * (v - meanX));
        double slope = x.Zip(y).Sum(p => (p.First - meanX) * (p.Second - meanY)) / spread;
        double rest = x.Zip(y).Sum(p => Math.Pow(p.Second - meanY - (slope * (p.First - meanX)), 2));
        return (slope, Math.Sqrt(rest / Math.Max(1, x.Count - 2) / spread));
    }

    private static double Status(int process, string key) =>
        double.Parse(File.ReadLines($"/proc/{process}/status").First(l => l.StartsWith(key + ":", StringComparison.Ordinal)).Split(['\t', ' '], StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
}
