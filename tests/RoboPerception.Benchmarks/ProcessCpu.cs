using System.Globalization;

namespace RoboPerception.Benchmarks;

/// <summary>CPU time of other processes, from Linux's <c>/proc</c>; in steps of 10 ms.</summary>
internal static class ProcessCpu
{
    // USER_HZ is 100 on every Linux that .NET runs on.
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(10);

    /// <summary>User and system time of a process so far, with that of its children that are running and of those that have ended.</summary>
    public static TimeSpan OfTree(int processId)
    {
        long ticks = 0;
        var found = new HashSet<int> { processId };
        // Children have higher ids than their parents, unless the ids have wrapped; a second pass finds those too.
        for (int pass = 0; pass < 2; pass++)
        {
            foreach (string folder in Directory.EnumerateDirectories("/proc"))
            {
                if (int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out int id) && Stat(id) is { } stat && found.Contains(stat.Parent))
                {
                    found.Add(id);
                }
            }
        }
        foreach (int id in found)
        {
            ticks += Stat(id)?.Ticks ?? 0;
        }
        return ticks * Tick;
    }

    private static (int Parent, long Ticks)? Stat(int processId)
    {
        try
        {
            // The name, in parentheses, may hold anything; behind it: state, parent, ..., utime (14th of all), stime, cutime, cstime.
            string text = File.ReadAllText($"/proc/{processId}/stat");
            string[] fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return (Number(fields[1]), fields[11..15].Sum(field => (long)Number(field)));
        }
        catch (IOException)
        {
            // It has ended meanwhile.
            return null;
        }
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
