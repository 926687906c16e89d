using System.Globalization;

namespace RoboPerception.Core;

/// <summary>Whether a failure came of too few handles: what then fails first, and with which words, is chance.</summary>
internal static class HandleShortage
{
    // A part of .NET or a connection takes a few at once, and gives them back when it fails.
    private const int Margin = 12;

    /// <summary>What to do, if nearly all of the handles that this process may have are in use; null if not, or if the system does not tell.</summary>
    /// <param name="givenBack">Handles that were closed since the failure.</param>
    public static string? Remedy(int givenBack)
    {
        try
        {
            string? line = File.ReadLines("/proc/self/limits").FirstOrDefault(l => l.StartsWith("Max open files", StringComparison.Ordinal));
            if (line is null || !int.TryParse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[3], NumberStyles.None, CultureInfo.InvariantCulture, out int limit))
            {
                return null;
            }
            int open = Directory.EnumerateFileSystemEntries("/proc/self/fd").Count() + givenBack;
            return open + Margin < limit ? null : $"This process may have {limit} files and connections open, and has: raise the limit ('ulimit -n 1024', LimitNOFILE= in a systemd unit).";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
