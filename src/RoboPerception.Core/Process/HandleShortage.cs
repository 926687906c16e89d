using System.Runtime.InteropServices;

namespace RoboPerception.Core;

/// <summary>Whether a process has, or has used up, the handles that the system allows it: what then fails first, and with which words, is chance.</summary>
internal static partial class HandleShortage
{
    // A node with one camera and its own broker has 175 open at its peak; with fewer, the runtime itself may die without a word.
    private const ulong Needed = 256;

    // A part of .NET or a connection takes a few at once, and gives them back when it fails.
    private const int Margin = 12;

    private const int NumberOfFiles = 7; // RLIMIT_NOFILE of Linux, on x64 and arm64

    /// <summary>What to do, if this process may never have enough; null if it may, or if the system does not tell.</summary>
    /// <remarks>Uses nothing that would load another part of .NET: there may be no handle for it.</remarks>
    public static string? AtStart() =>
        Limit() is { } limit && limit < Needed ? $"this process may have {limit} files and connections open and needs {Needed}: raise the limit ('ulimit -n 1024', LimitNOFILE= in a systemd unit)." : null;

    /// <summary>What to do, if nearly all of the handles that this process may have are in use; null if not, or if the system does not tell.</summary>
    /// <param name="givenBack">Handles that were closed since the failure.</param>
    public static string? Remedy(int givenBack)
    {
        if (Limit() is not { } limit)
        {
            return null;
        }
        try
        {
            int open = Directory.GetFileSystemEntries("/proc/self/fd").Length + givenBack;
            return (ulong)(open + Margin) < limit ? null : $"This process may have {limit} files and connections open, and has: raise the limit ('ulimit -n 4096', LimitNOFILE= in a systemd unit).";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    // .NET itself raises the soft limit to the hard one when it starts.
    private static ulong? Limit() => OperatingSystem.IsLinux() && ReadLimit(NumberOfFiles, out Limits limits) == 0 ? limits.Soft : null;

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    private static partial int ReadLimit(int resource, out Limits limits);

    private struct Limits
    {
        public ulong Soft;
        public ulong Hard;
    }
}
