using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using RoboPerception.Core;
using RoboPerception.Training.Data;
using RoboPerception.Training.Export;
using RoboPerception.Training.Optimisation;
using RoboPerception.Training.Tasks;

namespace RoboPerception.Training.Commands;

/// <summary><c>roboperception-train evaluate</c>.</summary>
internal static class EvaluateCommand
{
    private static readonly Argument<string> Model = new("model") { Description = "Checkpoint (.ckpt) or exported model (.onnx)" };
    private static readonly Option<string> Data = new("--data") { Description = DataArguments.DataHelp, Required = true };
    private static readonly Option<string?> Ids = DataArguments.Ids("--ids", "Images to measure on");
    private static readonly Option<int> Classes = DataArguments.Classes();
    private static readonly Option<string> Damaged = DataArguments.Damaged();
    private static readonly Option<string?> Size = new("--size") { Description = "HEIGHTxWIDTH for a checkpoint; by default that of its training" };
    private static readonly Option<string?> Fit = DataArguments.FitOfModel();
    private static readonly Option<string> DeviceName = new("--device") { Description = "cpu or cuda, for a checkpoint", DefaultValueFactory = _ => "cpu" };
    private static readonly Option<string?> Json = new("--json") { Description = "File to write the figures to, as one JSON object by name (train --baseline reads it)" };

    public static Command Create()
    {
        var command = new Command("evaluate", "Measures a checkpoint or an exported model on labelled images") { Model, Data, Ids, Classes, Damaged, Size, Fit, DeviceName, Json };
        command.SetAction((parse, cancellation) => UserErrors.Guard(() => Run(parse, cancellation)));
        return command;
    }

    private static ExitCode Run(ParseResult parse, CancellationToken cancellation)
    {
        var path = parse.GetValue(Model)!;
        var ids = parse.GetValue(Ids);
        var choice = new DataChoice(parse.GetValue(Data)!, ids, ids) { Classes = parse.GetValue(Classes), Damaged = DataArguments.Policy(parse.GetValue(Damaged)!) };
        ResizeFit? fit = parse.GetValue(Fit) is { } named ? DataArguments.FitOf(named) : null;
        if (ExportedFile.Is(path))
        {
            var description = ExportedFile.Read(path).Description;
            var images = TrainingData.Load(OfModel(choice, description.Output(OutputKind.Segmentation)?.Classes) with { Fit = fit ?? description.Input.Fit }, ids, description.Input.Height, description.Input.Width, cancellation);
            Tell(parse, OnnxEvaluator.Measure(path, description, images, cancellation), description.Output(OutputKind.Segmentation)?.Classes, images.Count);
            return ExitCode.Ok;
        }

        var (network, state) = Checkpoint.LoadNetwork(path);
        using (network)
        {
            var (height, width) = parse.GetValue(Size) is { } size ? Arguments.Size(size, "--size", network.InputMultiple) : (state.Options.Height, state.Options.Width);
            var images = TrainingData.Load(OfModel(choice, network.Tasks.FirstOrDefault(task => task.Kind == TaskKind.Segmentation)?.Classes) with { Fit = fit ?? state.Options.Fit }, ids, height, width, cancellation);
            var device = Arguments.Device(parse.GetValue(DeviceName)!);
            TorchSharp.ModuleExtensionMethods.to(network, device);
            Tell(parse, Evaluator.Measure(network, images, device, cancellation), network.Tasks.FirstOrDefault(task => task.Classes is not null)?.Classes, images.Count);
        }

        return ExitCode.Ok;
    }

    /// <summary>Labels of the model's classes, unless others are asked for.</summary>
    private static DataChoice OfModel(DataChoice choice, ClassMap? classes) =>
        RoomClasses.Has(classes) ? choice with { Classes = 0, Rooms = true }
        : choice.Classes == 0 ? choice with { Classes = classes?.Count ?? 0 } : choice;

    private static void Tell(ParseResult parse, IReadOnlyList<ITaskMeter> meters, ClassMap? classes, int images)
    {
        var values = meters.SelectMany(meter => meter.Values()).ToArray();
        Console.WriteLine($"{images} images");
        foreach (var value in values)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {value.Name,-40} {value.Value,9:F4}  {(value.HigherIsBetter ? "higher" : "lower")} is better"));
        }

        var figures = values.ToDictionary(value => value.Name, value => value.Value);
        if (meters.OfType<SegmentationMeter>().FirstOrDefault() is { } segmentation && classes is not null)
        {
            foreach (var (info, iou) in classes.Classes.Zip(segmentation.ClassIou()))
            {
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {"IoU of " + info.Name,-40} {iou,9:F4}"));
                figures["segmentation.iou." + info.Name] = iou;
            }
        }

        figures["score"] = Evaluator.Score(values);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {"score",-40} {figures["score"],9:F4}"));
        if (parse.GetValue(Json) is { } file)
        {
            AtomicFile.Write(file, JsonSerializer.SerializeToUtf8Bytes(figures, TrainingJson.Default.DictionaryStringDouble));
        }
    }
}
