using System.CommandLine;
using RoboPerception.Core;
using RoboPerception.Training.Commands.Tables;
using RoboPerception.Training.Optimisation;

namespace RoboPerception.Training.Commands;

/// <summary>The commands of <c>roboperception-train</c>.</summary>
internal static class TrainerProgram
{
    /// <summary>Does what a command line asks for.</summary>
    /// <returns>The exit code.</returns>
    public static int Run(string[] args)
    {
        var root = new RootCommand("Trains, measures and exports the multi-task networks of RoboPerception")
        {
            TrainCommand.Create(),
            EvaluateCommand.Create(),
            ReportCommand.Create(),
            ExportCommand.Create(),
            ConvertCommand.Create(),
            QuantiseCommand.Create(),
            ModelsCommand.Create(),
            ParityCommand.Create(),
            ScenesCommand.Create(),
            DataCommand.Create(),
            ImportCommand.Create(),
            TableCommand.Create(),
            DecathlonCommand.Create(),
            AverageCommand.Create(),
            InspectCommand.Create(),
            AffinityCommand.Create(),
            DoctorCommand.Create(),
            new Option<bool>(ProgramGuard.VerboseOption) { Description = "show the details of a failure", Recursive = true },
        };
        GroupedHelp.Install(root);
        var result = root.Parse(FormerNames.Arguments(args));

        // Ctrl-C in training saves a checkpoint first; the default of two seconds could cut that short.
        var code = result.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromMinutes(2) });

        // System.CommandLine answers 1 to a wrong command line; the project's exit code for that is 2. Whoever asks for help gives no arguments, and is right.
        return code != 0 && result.Errors.Count > 0 ? (int)ExitCode.Usage : code;
    }
}
