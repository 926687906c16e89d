using System.Reflection;

namespace RoboPerception.Core;

/// <summary>One line for the person at the terminal from any exception.</summary>
internal static class FailureMessage
{
    private const int LongestLine = 600;

    /// <summary>The exception that says what happened, without those that only carry it from one place to another.</summary>
    public static Exception CauseOf(Exception failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        while (failure is AggregateException or TypeInitializationException or TargetInvocationException && failure.InnerException is { } inner)
        {
            failure = inner;
        }
        return failure;
    }

    /// <summary>What happened, where, and what to do about it, in one line.</summary>
    public static string Of(Exception failure)
    {
        Exception cause = CauseOf(failure);
        return OneLine(cause switch
        {
            UserErrorException => cause.Message,
            OperationCanceledException => "interrupted.",
            OutOfMemoryException => "not enough memory: end other programs, or ask for less at a time (fewer cameras, a smaller --batch or --size, --stream for data sets).",
            UnauthorizedAccessException => $"{cause.Message} Give this user the right, or name another place.",
            _ when NativeLibraries.Explain(cause) is { } library => library,
            IOException => $"{Sentence(cause.Message)} Check the place, its free space and its rights.",
            _ => $"{Sentence(cause.Message)} This is an error of the program ({cause.GetType().Name}); {ProgramGuard.VerboseOption} shows where, for a report.",
        });
    }

    /// <summary>A text on one line, cut where it is too long for a terminal.</summary>
    internal static string OneLine(string text)
    {
        string line = string.Join(' ', text.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        return line.Length <= LongestLine ? line : string.Concat(line.AsSpan(0, LongestLine), " ...");
    }

    private static string Sentence(string message) => message.TrimEnd() is [.., '.'] whole ? whole : message.TrimEnd() + ".";
}
