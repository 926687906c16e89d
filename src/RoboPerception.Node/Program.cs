using System.CommandLine;
using RoboPerception.Core;
using RoboPerception.Node.Commands;

namespace RoboPerception.Node;

/// <summary>The program <c>roboperception</c>.</summary>
internal static class Program
{
    private static int Main(string[] args) => ProgramGuard.Run("roboperception", args, Run);

    private static int Run(string[] args)
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

    /// <summary>The command line.</summary>
    internal static RootCommand Root() => new("One camera, one network, three predictions: segmentation, depth and surface normals over MQTT")
    {
        RunCommand.Build(),
        ReplayCommand.Build(),
        RecordCommand.Build(),
        WatchCommand.Build(),
        TopCommand.Build(),
        DecodeCommand.Build(),
        DoctorCommand.Build(),
        ConfigCommand.Build(),
        ModelsCommand.Build(),
        EngineCommand.Build(),
        GpuCheckCommand.Build(),
        CalibrateCommand.Build(),
        new Option<bool>(ProgramGuard.VerboseOption) { Description = "show the details of a failure", Recursive = true },
    };
}
