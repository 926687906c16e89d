using System.Runtime.InteropServices;
using RoboPerception.Core;

namespace RoboPerception.Messaging;

/// <summary>Which clock the stamps carry and how far it is to be trusted. Published again when it changes.</summary>
/// <param name="Name"><see cref="Wall"/>: UTC as the machine's wall clock has it; stamps follow it when it jumps, within a frame they never do.</param>
/// <param name="Synchronised">Whether the system says that NTP or PTP keeps its clock; null where it does not tell.</param>
/// <param name="Steps">Times the wall clock has jumped since the node started (by more than 1 ms). Between two steps stamps only grow.</param>
/// <param name="LastStepSeconds">The last of these; negative = the clock went back.</param>
public sealed partial record ClockDescription(string Name, bool? Synchronised, int Steps, double LastStepSeconds)
{
    /// <summary>Stamps are UTC by the node's wall clock.</summary>
    public const string Wall = "utc";

    /// <summary>Stamps are the recording's own times.</summary>
    public const string Recording = "recording";

    // adjtimex's word for a clock that nothing keeps.
    private const int TimeError = 5;
    private const int TimexBytes = 512;

    /// <summary>What is to be said of a clock of this process.</summary>
    public static ClockDescription Of(SteadyClock clock)
    {
        ArgumentNullException.ThrowIfNull(clock);
        return new ClockDescription(Wall, IsSynchronised(), clock.Steps, clock.LastStep / 1e9);
    }

    private static bool? IsSynchronised()
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }
        // All zero: modes = 0 only asks. The structure has 208 bytes on 64-bit systems.
        Span<long> timex = stackalloc long[TimexBytes / sizeof(long)];
        timex.Clear();
        int state = ReadTimex(ref timex[0]);
        return state < 0 ? null : state != TimeError;
    }

    [LibraryImport("libc", EntryPoint = "adjtimex")]
    private static partial int ReadTimex(ref long timex);
}
