using System.CommandLine;
using RoboPerception.Core;
using RoboPerception.Node.Commands;
using Spectre.Console;

namespace RoboPerception.Node;

/// <summary>The program <c>roboperception</c>.</summary>
internal static class Program
{
    private static int Main(string[] args)
    {
        try
        {
            ParseResult parsed = Root().Parse(args);
            if (parsed.Errors.Count > 0)
            {
                foreach (System.CommandLine.Parsing.ParseError error in parsed.Errors)
                {
                    Console.Error.WriteLine($"roboperception: {error.Message}");
                }
                Console.Error.WriteLine("roboperception: see 'roboperception --help'");
                return (int)ExitCode.Usage;
            }
            // Signals are handled by the commands: a clean stop takes longer than the library's own time-out allows.
            return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (UserErrorException e)
        {
            Console.Error.WriteLine($"roboperception: {e.Message}");
            return (int)e.ExitCode;
        }
    }

    /// <summary>The command line.</summary>
    internal static RootCommand Root() => new("One camera, one network, three answers: segmentation, depth and surface normals over MQTT")
    {
        RunCommand.Build(),
        ReplayCommand.Build(),
        WatchCommand.Build(),
        DecodeCommand.Build(),
        DoctorCommand.Build(),
    };
}
