using System.CommandLine;
using RoboPerception.Core;
using RoboPerception.Training.Export;
using RoboPerception.Training.Import;
using RoboPerception.Training.Networks;
using RoboPerception.Training.Optimisation;
using TorchSharp;

namespace RoboPerception.Training.Commands;

/// <summary><c>roboperception-train import</c>.</summary>
internal static class ImportCommand
{
    private static readonly Argument<string> State = new("file") { Description = "State dictionary of PyTorch (.pth, .pt; read as data, never executed) or .safetensors, or a model that this program exported (.onnx)" };
    private static readonly Option<string?> Network = new("--network") { Description = "Family and options of the network the file belongs to; a model says it itself" };
    private static readonly Option<string?> Data = new("--data") { Description = "For a model: images that its batch norm, folded away in the file, gets its statistics from; " + DataArguments.DataHelp };
    private static readonly Option<string?> Ids = DataArguments.Ids("--ids", "These images");
    private static readonly Option<string?> TaskKeys = new("--tasks") { Description = "Keys of its tasks; by default seg,depth,normal" };
    private static readonly Option<string> Size = new("--size") { Description = "HEIGHTxWIDTH it was trained at", DefaultValueFactory = _ => "288x384" };
    private static readonly Option<string?> DataSet = new("--data-set") { Description = "Data it was trained on" };
    private static readonly Option<string> Out = new("--out") { Description = "Checkpoint to write", Required = true };

    public static Command Create()
    {
        var command = new Command("import", "Makes a checkpoint of a PyTorch or safetensors state dictionary with the reference implementations' names, or of an exported model") { State, Network, Data, Ids, TaskKeys, Size, DataSet, Out };
        command.SetAction((parse, cancellation) => UserErrors.Guard(() => Run(parse, cancellation)));
        return command;
    }

    private static ExitCode Run(ParseResult parse, CancellationToken cancellation)
    {
        var (path, target) = (parse.GetValue(State)!, parse.GetValue(Out)!);
        var model = ExportedFile.Is(path) ? ExportedFile.Read(path) : default;
        var description = model.Description;
        var keys = parse.GetValue(TaskKeys) ?? (description is null ? null : ModelImport.TaskKeys(model.Model.Graph, description));
        var specification = parse.GetValue(Network) ?? description?.Architecture
            ?? throw new UserErrorException(ExitCode.Usage, "--network is missing: a state dictionary does not say what network it belongs to.");
        using var scope = torch.NewDisposeScope();
        using var network = PerceptionNetwork.Create(NetworkSpec.Parse(specification), TaskList.Parse(keys), description is null ? 1 : ModelImport.ImageScale(model.Model.Graph));
        var (height, width) = description is null
            ? Arguments.Size(parse.GetValue(Size)!, "--size", network.InputMultiple)
            : (description.Input.Height, description.Input.Width);
        var fit = description?.Input.Fit ?? ResizeFit.Stretch;
        if (description is null)
        {
            StateImport.Fill(network, StateImport.Read(path), path);
        }
        else
        {
            var address = parse.GetValue(Data) ?? throw new UserErrorException(ExitCode.Usage, "--data is missing: batch norm is folded away in an exported model and gets its statistics from images.");
            ModelImport.Fill(network, path);
            using var data = TrainingData.Open(new DataChoice(address, parse.GetValue(Ids), "none") { Fit = fit }, height, width, cancellation);
            BatchStatistics.Anchor(network, data.Images, torch.CPU, cancellation);
        }

        var state = new TrainingState
        {
            Options = new TrainingOptions { Network = network.Spec.ToString(), Tasks = keys, Height = height, Width = width, Fit = fit, ImageScale = network.ImageScale },
            DataSet = parse.GetValue(DataSet) ?? description?.DataSet ?? "imported",
            Commit = SourceCommit.Read(),
        };
        Checkpoint.Save(target, state, network, optimizer: null);
        Console.WriteLine($"Wrote '{target}': {network.Spec}, {network.ParameterCount} parameters of '{path}'");
        return ExitCode.Ok;
    }
}
