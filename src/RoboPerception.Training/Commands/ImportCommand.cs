using System.CommandLine;
using RoboPerception.Core;
using RoboPerception.Training.Import;
using RoboPerception.Training.Networks;
using RoboPerception.Training.Optimisation;
using TorchSharp;

namespace RoboPerception.Training.Commands;

/// <summary><c>roboperception-train import</c>.</summary>
internal static class ImportCommand
{
    private static readonly Argument<string> State = new("file") { Description = "State dictionary of PyTorch (.pth, .pt; read as data, never executed) or .safetensors" };
    private static readonly Option<string> Network = new("--network") { Description = "Family and options of the network the file belongs to", Required = true };
    private static readonly Option<string?> TaskKeys = new("--tasks") { Description = "Keys of its tasks; by default seg,depth,normal" };
    private static readonly Option<string> Size = new("--size") { Description = "HEIGHTxWIDTH it was trained at", DefaultValueFactory = _ => "288x384" };
    private static readonly Option<string> DataSet = new("--data-set") { Description = "Data it was trained on", DefaultValueFactory = _ => "imported" };
    private static readonly Option<string> Out = new("--out") { Description = "Checkpoint to write", Required = true };

    public static Command Create()
    {
        var command = new Command("import", "Makes a checkpoint of a PyTorch or safetensors state dictionary with the reference implementations' names") { State, Network, TaskKeys, Size, DataSet, Out };
        command.SetAction((parse, _) => UserErrors.Guard(() => Run(parse)));
        return command;
    }

    private static ExitCode Run(ParseResult parse)
    {
        var (path, target) = (parse.GetValue(State)!, parse.GetValue(Out)!);
        var keys = parse.GetValue(TaskKeys);
        using var scope = torch.NewDisposeScope();
        using var network = PerceptionNetwork.Create(NetworkSpec.Parse(parse.GetValue(Network)!), TaskList.Parse(keys));
        var (height, width) = Arguments.Size(parse.GetValue(Size)!, "--size", network.SizeMultiple);
        StateImport.Fill(network, StateImport.Read(path), path);
        var state = new TrainingState
        {
            Options = new TrainingOptions { Network = network.Spec.ToString(), Tasks = keys, Height = height, Width = width },
            DataSet = parse.GetValue(DataSet)!,
            Commit = SourceCommit.Read(),
        };
        Checkpoint.Save(target, state, network, optimizer: null);
        Console.WriteLine($"Wrote '{target}': {network.Spec}, {network.ParameterCount} parameters of '{path}'");
        return ExitCode.Ok;
    }
}
