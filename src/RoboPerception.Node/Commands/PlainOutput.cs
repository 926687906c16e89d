using Spectre.Console;
using Spectre.Console.Rendering;

namespace RoboPerception.Node.Commands;

/// <summary>Tables for terminals and for pipes.</summary>
internal static class PlainOutput
{
    // Rows must not break at the width of a terminal that is not there.
    private const int PipeWidth = 400;

    /// <summary>Writes to standard output; where that is no terminal, in whole rows and without colours.</summary>
    public static void Write(IRenderable table)
    {
        if (!Console.IsOutputRedirected)
        {
            AnsiConsole.Write(table);
            return;
        }
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Out = new AnsiConsoleOutput(Console.Out) });
        console.Profile.Width = PipeWidth;
        console.Write(table);
    }
}
