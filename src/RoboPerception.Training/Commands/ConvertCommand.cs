using System.CommandLine;
using System.Globalization;
using RoboPerception.Core;
using RoboPerception.Onnx;
using RoboPerception.Training.Export;

namespace RoboPerception.Training.Commands;

/// <summary><c>roboperception-train convert</c>.</summary>
internal static class ConvertCommand
{
    private static readonly Argument<string> Model = new("model") { Description = "Exported model (.onnx)" };
    private static readonly Option<string?> Out = new("--out") { Description = "File to write; by default the model itself" };

    private static readonly Option<string> Precision = new("--precision") { Description = "float32, or fp16: 16-bit floats up to the last convolutions, half the size", DefaultValueFactory = _ => "float32" };

    public static Command Create()
    {
        var command = new Command("convert", "Rewrites an exported model as this version would export it: without the forms that a provider is known to compute wrongly") { Model, Out, Precision };
        command.SetAction((parse, _) => UserErrors.Guard(() => Run(parse)));
        return command;
    }

    private static ExitCode Run(ParseResult parse)
    {
        var path = parse.GetValue(Model)!;
        var half = parse.GetValue(Precision) switch
        {
            "float32" => false,
            "fp16" => true,
            var other => throw new UserErrorException(ExitCode.Usage, $"--precision '{other}' is unknown: choose float32 or fp16."),
        };
        var target = parse.GetValue(Out) ?? (half ? throw new UserErrorException(ExitCode.Usage, "--precision fp16 makes another model: name its file with --out.") : path);
        var (model, description) = ExportedFile.Read(path);
        var before = OnnxFile.ToBytes(model);
        var pads = PadPass.Apply(model.Graph);
        ExportedFile.Check(path, model.Graph);
        var bytes = OnnxFile.ToBytes(model);
        var parity = FileParity.Measure(before, bytes, description);
        if (parity.DifferentBytes > 0)
        {
            throw new UserErrorException(ExitCode.Failed, $"The rewritten graph predicts differently: {parity}. Nothing was written; this is an error of the passes.");
        }

        if (half)
        {
            WriteHalf(path, target, model, description);
            return ExitCode.Ok;
        }

        OnnxFile.Write(target, model);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Wrote '{target}': {pads} paddings made explicit, id {FileParity.Id(bytes)}; {parity}"));
        return ExitCode.Ok;
    }

    private static void WriteHalf(string path, string target, OnnxModel model, ModelDescription description)
    {
        if (model.Graph.Nodes.Any(node => node.Operator == "QuantizeLinear"))
        {
            throw new UserErrorException(ExitCode.Usage, $"'{path}' is quantised: convert the float32 file.");
        }

        var graph = HalfPass.Apply(model.Graph);
        ExportedFile.Check(target, graph);
        OnnxFile.Write(target, Rewritten.Describe(model, graph, description with { Name = Path.GetFileNameWithoutExtension(target) }));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Wrote '{target}' in half precision, {new FileInfo(target).Length / 1e6:0.0} of {new FileInfo(path).Length / 1e6:0.0} MB"));
    }
}
