using RoboPerception.Core;
using RoboPerception.Training.Commands;
using Spectre.Console;

namespace RoboPerception.Training.Tests;

/// <summary>The program without a process of its own, for commands that need none.</summary>
internal static class InProcess
{
    /// <summary>Runs a command line; its exit code, and what it told on both streams.</summary>
    public static (int ExitCode, string Output) Run(string[] arguments)
    {
        var (output, errors) = (Console.Out, Console.Error);
        using var told = new StringWriter();
        Console.SetOut(told);
        Console.SetError(told);
        // It keeps the stream that it met first.
        AnsiConsole.Console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(told) });
        try
        {
            return (TrainerProgram.Run(arguments), told.ToString());
        }
        catch (Exception failure)
        {
            var code = (int)ProgramGuard.Report(failure);
            return (code, told.ToString());
        }
        finally
        {
            Console.SetOut(output);
            Console.SetError(errors);
            AnsiConsole.Console = AnsiConsole.Create(new AnsiConsoleSettings());
        }
    }
}
