using RoboPerception.Core;
using RoboPerception.Training.Native;

namespace RoboPerception.Training.Commands;

/// <summary>Turns the failures of a command into an exit code and one line for the person at the terminal.</summary>
internal static class UserErrors
{
    /// <summary>Runs the command on another thread: only then does System.CommandLine listen to Ctrl-C meanwhile.</summary>
    /// <param name="command">What to do.</param>
    /// <param name="needsTorch">Whether libtorch must be there; it is made ready first then.</param>
    /// <param name="mayRestart">Whether the program may begin anew with other kernels where libtorch's convolve wrongly (see <see cref="Convolutions"/>).</param>
    public static Task<int> Guard(Func<ExitCode> command, bool needsTorch = true, bool mayRestart = false) => Task.Run(() => Run(command, needsTorch, mayRestart));

    private static int Run(Func<ExitCode> command, bool needsTorch, bool mayRestart)
    {
        try
        {
            if (needsTorch)
            {
                TorchLibrary.Use();
                if (mayRestart)
                {
                    Convolutions.EnsureRightOrRestart();
                }
            }

            return (int)command();
        }
        catch (Exception error)
        {
            return (int)ProgramGuard.Report(error);
        }
    }
}
