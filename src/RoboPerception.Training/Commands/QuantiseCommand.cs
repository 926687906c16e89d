using System.CommandLine;
using System.Globalization;
using OpenCvSharp;
using RoboPerception.Core;
using RoboPerception.Onnx;
using RoboPerception.Training.Data;
using RoboPerception.Training.Export;
using RoboPerception.Training.Export.Quantisation;
using ModelMetadata = RoboPerception.Core.ModelMetadata;

namespace RoboPerception.Training.Commands;

/// <summary><c>roboperception-train quantise</c>.</summary>
internal static class QuantiseCommand
{
    private static readonly Argument<string> Model = new("model") { Description = "Exported model in float32 (.onnx)" };
    private static readonly Option<string> Data = new("--data") { Description = $"Images to calibrate on: a film, or {DataArguments.DataHelp}", Required = true };
    private static readonly Option<string?> Ids = DataArguments.Ids("--ids", "Images to calibrate on, never those of a validation");
    private static readonly Option<string?> Fit = DataArguments.FitOfModel();
    private static readonly Option<string?> Out = new("--out") { Description = "File to write; by default NAME-int8.onnx beside the model" };
    private static readonly Option<int> Images = new("--images") { Description = "How many images, spread evenly", DefaultValueFactory = _ => 64 };
    private static readonly Option<string> Method = new("--method") { Description = "Ranges of activations: min-max, percentile, mean-square, or best (all three are measured)", DefaultValueFactory = _ => "best" };
    private static readonly Option<int> FloatBlocks = new("--float-blocks") { Description = "How many blocks stay in float, those whose loss alone in bytes is largest", DefaultValueFactory = _ => 0 };
    private static readonly Option<string[]> KeepFloat = new("--keep-float") { Description = "Beginnings of node names that stay in float", AllowMultipleArgumentsPerToken = true };

    public static Command Create()
    {
        var command = new Command("quantise", "Writes an exported model in 8-bit integers, for CPUs with VNNI or comparable") { Model, Data, Ids, Fit, Out, Images, Method, FloatBlocks, KeepFloat };
        command.SetAction((parse, cancellation) => UserErrors.Guard(() => Run(parse, cancellation)));
        return command;
    }

    private static ExitCode Run(ParseResult parse, CancellationToken cancellation)
    {
        var path = parse.GetValue(Model)!;
        var target = parse.GetValue(Out) ?? Path.Combine(Path.GetDirectoryName(path) ?? "", Path.GetFileNameWithoutExtension(path) + "-int8.onnx");
        var (model, description) = ExportedFile.Read(path);
        PadPass.Apply(model.Graph);
        var before = OnnxFile.ToBytes(model);
        PointwisePass.Apply(model.Graph);
        ChoicePass.Apply(model.Graph);
        ExportedFile.Check(path, model.Graph);
        if (model.Graph.Nodes.Any(node => node.Operator == "QuantizeLinear"))
        {
            throw new UserErrorException(ExitCode.Usage, $"'{path}' is quantised already: name the float32 file.");
        }

        var options = new QuantiserOptions
        {
            Method = MethodOf(parse.GetValue(Method)!),
            FloatBlocks = Math.Max(parse.GetValue(FloatBlocks), 0),
            InFloat = parse.GetValue(KeepFloat) ?? [],
        };
        var images = ReadImages(parse, description.Input, cancellation);
        var (graph, loss) = new Quantiser(model, description, options).Run(images, Console.WriteLine, cancellation);
        ExportedFile.Check(target, graph);
        OnnxFile.Write(target, Rewritten.Describe(model, graph, description with { Name = Path.GetFileNameWithoutExtension(target) }));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Wrote '{target}', {new FileInfo(target).Length / 1e6:0.0} MB: against float32 it moves {loss}"));
        var speed = SpeedRatio.Measure(before, File.ReadAllBytes(target), images[0], description);
        Console.WriteLine(speed);
        return ExitCode.Ok;
    }

    private static CalibrationMethod? MethodOf(string text) => text switch
    {
        "best" => null,
        "min-max" => CalibrationMethod.MinMax,
        "percentile" => CalibrationMethod.Percentile,
        "mean-square" => CalibrationMethod.MeanSquare,
        _ => throw new UserErrorException(ExitCode.Usage, $"--method '{text}' is unknown: choose min-max, percentile, mean-square or best."),
    };

    private static List<byte[]> ReadImages(ParseResult parse, ModelInput input, CancellationToken cancellation)
    {
        var (height, width) = (input.Height, input.Width);
        var fit = parse.GetValue(Fit) is { } named ? DataArguments.FitOf(named) : input.Fit;
        var address = parse.GetValue(Data)!;
        var wanted = Arguments.Positive(parse.GetValue(Images), "--images");
        if (File.Exists(address) && !address.EndsWith(".mat", StringComparison.OrdinalIgnoreCase))
        {
            return FilmImages(address, wanted, fit, height, width);
        }

        using var data = TrainingData.Open(new DataChoice(address, parse.GetValue(Ids), "none") { Streamed = true, Fit = fit }, height, width, cancellation);
        var count = Math.Min(wanted, data.Images.Count);
        var images = new List<byte[]>();
        for (var i = 0; i < count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            var image = new byte[height * width * 3];
            ImageBytes.BlueFirst(data.Images.Read(0, (int)((long)i * data.Images.Count / count)).Rgb, image);
            images.Add(image);
        }

        return images;
    }

    private static List<byte[]> FilmImages(string path, int wanted, ResizeFit fit, int height, int width)
    {
        var step = Math.Max(Film.Count(path, "--data") / wanted, 1);
        var images = new List<byte[]>();
        foreach (var frame in Film.Frames(path, step, "--data").Take(wanted))
        {
            var image = new byte[height * width * 3];
            FittedImages.Colours(frame, FitGeometry.Of(fit, new(frame.Width, frame.Height), new(width, height)), image, height);
            images.Add(image);
        }

        return images.Count > 0 ? images : throw new UserErrorException(ExitCode.NoSource, $"--data '{path}' holds no frame.");
    }
}
