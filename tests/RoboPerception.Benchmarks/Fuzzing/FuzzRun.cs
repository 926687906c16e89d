using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace RoboPerception.Benchmarks.Fuzzing;

/// <summary>What reading many damaged inputs came to.</summary>
/// <param name="Inputs">How many were read.</param>
/// <param name="Accepted">Those that were sound enough to be read whole.</param>
/// <param name="Refusals">How often which exception refused the others, with what it stood on.</param>
/// <param name="Seconds">Processor time of all together, the mutator's included.</param>
/// <param name="MostBytes">The most that one input made the reader allocate.</param>
/// <param name="MostSeconds">The most processor time that one input took.</param>
/// <param name="Findings">What no reader may do: one line per kind, with the number of the input.</param>
internal sealed record FuzzResult(
    int Inputs, int Accepted, IReadOnlyDictionary<string, int> Refusals, double Seconds, long MostBytes, double MostSeconds, IReadOnlyList<string> Findings)
{
    /// <summary>Ended before it began, or never.</summary>
    public static FuzzResult Failed(int inputs, double mostSeconds, string finding) => new(inputs, 0, new Dictionary<string, int>(), 0, 0, mostSeconds, [finding]);
}

/// <summary>
/// Reads damaged inputs and notes what must not be: an exception that is no refusal, more than a second of processor time, more memory than
/// ten times the input and what the format may unpack to.
/// </summary>
internal static partial class FuzzRun
{
    private const double LongestSeconds = 1;
    private const int MostFindings = 20, ThreadCpuTime = 3;

    /// <summary>Reads <paramref name="count"/> inputs on a thread with the stack of any other; one that never ends is a finding.</summary>
    /// <param name="target">The reader.</param>
    /// <param name="count">Inputs.</param>
    /// <param name="seed">The same seed gives the same inputs.</param>
    /// <param name="keep">Folder for inputs with findings; null = none.</param>
    /// <param name="limit">Ends before the count is reached; null = never.</param>
    public static FuzzResult Run(FuzzTarget target, int count, int seed, string? keep = null, TimeSpan? limit = null)
    {
        FuzzResult? result = null;
        int current = -1;
        var thread = new Thread(() => result = Read(target, count, seed, keep, limit ?? TimeSpan.MaxValue, ref current)) { IsBackground = true };
        thread.Start();
        int before = -2;
        while (!thread.Join(TimeSpan.FromMinutes(3)))
        {
            // No input takes minutes, on however busy a machine.
            if (Volatile.Read(ref current) == before)
            {
                return FuzzResult.Failed(before, double.PositiveInfinity, $"input {before} of seed {seed}: never ends");
            }
            before = Volatile.Read(ref current);
        }
        return result!;
    }

    private static FuzzResult Read(FuzzTarget target, int count, int seed, string? keep, TimeSpan limit, ref int current)
    {
        foreach (byte[] sound in target.Seeds)
        {
            try
            {
                target.Read([.. sound]);
            }
            catch (Exception e)
            {
                return FuzzResult.Failed(0, 0, $"a sound input is refused: {e.Message}");
            }
        }
        var mutator = new Mutator(target.Seeds, seed);
        var findings = new Dictionary<string, (double Seconds, long Bytes, string Line)>();
        var refusals = new SortedDictionary<string, int>(StringComparer.Ordinal);
        double began = CpuSeconds();
        int accepted = 0;
        long mostBytes = 0;
        double mostSeconds = 0;
        long started = Stopwatch.GetTimestamp();
        int read = 0;
        for (int i = 0; i < count && findings.Count < MostFindings && Stopwatch.GetElapsedTime(started) < limit; i++)
        {
            Volatile.Write(ref current, i);
            read++;
            byte[] input = mutator.Next();
            long bytesBefore = GC.GetAllocatedBytesForCurrentThread();
            double secondsBefore = CpuSeconds();
            string? finding = null;
            try
            {
                target.Read(input);
                accepted++;
            }
            catch (Exception e) when (target.IsRefusal(e))
            {
                string name = e.InnerException is { } inner ? $"{e.GetType().Name} ({inner.GetType().Name})" : e.GetType().Name;
                refusals[name] = refusals.GetValueOrDefault(name) + 1;
            }
            catch (Exception e)
            {
                finding = $"{e.GetType().Name} {e.StackTrace?.Split('\n').FirstOrDefault(line => line.Contains("RoboPerception", StringComparison.Ordinal))?.Trim()}: {e.Message.Split('\n')[0]}";
            }
            double seconds = CpuSeconds() - secondsBefore;
            long bytes = GC.GetAllocatedBytesForCurrentThread() - bytesBefore;
            (mostBytes, mostSeconds) = (Math.Max(mostBytes, bytes), Math.Max(mostSeconds, seconds));
            finding ??= seconds > LongestSeconds ? "more than a second"
                : bytes > target.AllowedBytes + (10L * input.Length) ? "too much memory"
                : null;
            string kind = finding?.Split(':')[0] ?? "";
            // Of each kind the worst.
            if (finding is not null && (!findings.TryGetValue(kind, out (double Seconds, long Bytes, string Line) before) || seconds > before.Seconds || bytes > before.Bytes))
            {
                findings[kind] = (seconds, bytes, string.Create(CultureInfo.InvariantCulture, $"input {i} of seed {seed} ({input.Length} bytes): {finding}, {seconds:0.00} s, {bytes} bytes"));
                if (keep is not null)
                {
                    File.WriteAllBytes(Path.Combine(keep, $"{target.Name}-{seed}-{i}"), input);
                }
            }
        }
        return new FuzzResult(read, accepted, refusals, CpuSeconds() - began, mostBytes, mostSeconds, [.. findings.Values.Select(f => f.Line)]);
    }

    // Of this thread alone: what else the machine does is no fault of the reader.
    private static double CpuSeconds()
    {
        _ = GetTime(ThreadCpuTime, out TimeSpec time);
        return time.Seconds + (time.Nanoseconds / 1e9);
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int GetTime(int clock, out TimeSpec time);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
