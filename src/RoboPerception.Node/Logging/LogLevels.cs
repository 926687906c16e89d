using Microsoft.Extensions.Logging;

namespace RoboPerception.Node.Logging;

/// <summary>The levels by the names that users write.</summary>
internal static class LogLevels
{
    /// <summary>From the most talkative to silence.</summary>
    public static IReadOnlyList<string> Names { get; } = ["debug", "info", "warning", "error", "none"];

    /// <summary>The level of one of <see cref="Names"/>, by its place.</summary>
    public static LogLevel At(int place) => place switch
    {
        0 => LogLevel.Debug,
        1 => LogLevel.Information,
        2 => LogLevel.Warning,
        3 => LogLevel.Error,
        _ => LogLevel.None,
    };

    /// <summary>The name of a level.</summary>
    public static string Name(LogLevel level) => level switch
    {
        LogLevel.Trace or LogLevel.Debug => "debug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warning",
        LogLevel.None => "none",
        _ => "error",
    };
}
