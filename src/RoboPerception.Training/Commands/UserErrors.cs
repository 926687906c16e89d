using RoboPerception.Core;

namespace RoboPerception.Training.Commands;

/// <summary>Turns the failures of a command into an exit code and one line for the person at the terminal.</summary>
internal static class UserErrors
{
    /// <summary>Runs the command on another thread: only then does System.CommandLine listen to Ctrl-C meanwhile.</summary>
    public static Task<int> Guard(Func<ExitCode> command) => Task.Run(() => Run(command));

    private static int Run(Func<ExitCode> command)
    {
        try
        {
            return (int)command();
        }
        catch (Exception error)
        {
            return (int)ProgramGuard.Report(error);
        }
    }
}
