using System.CommandLine;
using RoboPerception.Training.Commands;

var root = new RootCommand("Trains, measures and exports the multi-task networks of RoboPerception")
{
    TrainCommand.Create(),
    EvaluateCommand.Create(),
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
};
var result = root.Parse(args);

// Ctrl-C in training saves a checkpoint first; the default of two seconds could cut that short.
var code = await result.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromMinutes(2) });

// System.CommandLine answers 1 to a wrong command line; the project's exit code for that is 2.
return result.Errors.Count > 0 ? 2 : code;
