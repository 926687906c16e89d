using Microsoft.Extensions.Logging;

namespace RoboPerception.Node.Logging;

/// <summary>For parts that know no logger: they are given something that takes a line.</summary>
internal static class LogExtensions
{
    /// <summary>Writes a finished line.</summary>
    public static void Say(this ILogger log, string line) => log.LogInformation("{Text}", line);
}
