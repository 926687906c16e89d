namespace RoboPerception.Core;

/// <summary>
/// A failure whose reader is the person at the terminal: the message names the thing, the place and the remedy, and is
/// printed without a stack trace. The program ends with <see cref="ExitCode"/>.
/// </summary>
public sealed class UserErrorException : Exception
{
    /// <summary>A failure with the exit code it ends the program with.</summary>
    public UserErrorException(ExitCode exitCode, string message, Exception? inner = null)
        : base(message, inner) => ExitCode = exitCode;

    /// <summary>What the shell is told.</summary>
    public ExitCode ExitCode { get; }
}
