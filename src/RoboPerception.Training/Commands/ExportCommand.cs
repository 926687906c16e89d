using System.CommandLine;
using System.Globalization;
using RoboPerception.Core;
using RoboPerception.Onnx;
using RoboPerception.Training.Export;
using RoboPerception.Training.Networks;
using RoboPerception.Training.Optimisation;

namespace RoboPerception.Training.Commands;

/// <summary><c>roboperception-train export</c>.</summary>
internal static class ExportCommand
{
    private const string Kinect = "518.858,519.470,325.582,253.736,640,480", KinectRange = "0.5,10";

    private static readonly Argument<string> Trained = new("checkpoint") { Description = "Checkpoint of a training run, or a model file to export again at another --size" };
    private static readonly Option<string> Out = new("--out") { Description = "ONNX file to write", Required = true };
    private static readonly Option<string?> Size = new("--size") { Description = "HEIGHTxWIDTH of the images that the model takes, for cameras of another shape; by default that of the training. The scale stays: a larger size sees more, or the same in more pixels" };
    private static readonly Option<string?> Name = new("--name") { Description = "Name of the model; by default the file's" };
    private static readonly Option<string?> DataSet = new("--data-set") { Description = "Data the weights were fitted on; by default the name of the training folder" };
    private static readonly Option<string?> Licence = new("--licence") { Description = "Licence of the weights; by default 'as the training data allow', or the model file's" };
    private static readonly Option<int> Downscale = new("--downscale") { Description = "The model takes images N times as large as those of the training: its graph reduces them and enlarges the predictions (train --downscale trains it so)", DefaultValueFactory = _ => 1 };
    private static readonly Option<string?> Intrinsics = new("--intrinsics") { Description = $"Training camera as fx,fy,cx,cy,width,height; 'none' if there were many. By default the Kinect of NYU Depth v2 ({Kinect}), or the model file's" };
    private static readonly Option<string?> DepthRange = new("--depth-range") { Description = $"Nearest and farthest training depth in metres; by default {KinectRange}, or the model file's" };

    public static Command Create()
    {
        var command = new Command("export", "Writes a trained network as an ONNX file and checks that it predicts the same") { Trained, Out, Size, Name, DataSet, Licence, Downscale, Intrinsics, DepthRange };
        command.SetAction((parse, _) => UserErrors.Guard(() => Run(parse)));
        return command;
    }

    private static ExitCode Run(ParseResult parse)
    {
        var path = parse.GetValue(Out)!;
        var source = parse.GetValue(Trained)!;
        var (network, made) = ExportedFile.Is(source) ? OfModel(parse, source) : OfCheckpoint(parse, source);
        using (network)
        {
            var description = made with { Name = parse.GetValue(Name) ?? Path.GetFileNameWithoutExtension(path) };
            if (parse.GetValue(Size) is { } size)
            {
                var (height, width) = Arguments.Size(size, "--size", network.InputMultiple);
                description = ModelExporter.AtSize(description, height, width);
            }

            OnnxFile.Write(path, ModelExporter.Export(network, description, out var parity));
            Console.WriteLine($"Wrote '{path}': {parity}");
            if (made.Metrics.Count > 0 && description.Metrics.Count == 0)
            {
                Console.WriteLine($"Figures of {made.Input.Height}x{made.Input.Width} do not hold at {description.Input.Height}x{description.Input.Width} and are left out: 'evaluate {path}' measures them.");
            }

            if (ModelExporter.LeftOut(network) is { Count: > 0 } leftOut)
            {
                Console.WriteLine($"Left out, because the model contract has no output for them: {string.Join(", ", leftOut.Select(task => task.Key))}");
            }
        }

        return ExitCode.Ok;
    }

    /// <summary>The network of a checkpoint and what its model says about itself at the size of the training.</summary>
    private static (PerceptionNetwork Network, ModelDescription Description) OfCheckpoint(ParseResult parse, string path)
    {
        var (network, state) = Checkpoint.LoadNetwork(path);
        var options = state.Options;
        var downscale = Arguments.Downscale(parse.GetValue(Downscale));
        network.ImageScale *= downscale;
        var (height, width) = (options.Height * downscale, options.Width * downscale);
        return (network, new ModelDescription
        {
            Name = "",
            Architecture = options.Network,
            Input = new ModelInput(ModelExporter.InputName, width, height)
            {
                Fit = options.Fit,
                TrainingIntrinsics = Camera(parse.GetValue(Intrinsics) ?? Kinect, options.Fit, height, width),
            },
            Outputs = ModelExporter.Outputs(network, Range(parse.GetValue(DepthRange) ?? KinectRange)),
            DataSet = parse.GetValue(DataSet) ?? $"{state.DataSet} ({state.TrainingImages} images)",
            Licence = parse.GetValue(Licence) ?? "as the training data allow",
            TrainingCommit = state.Commit,
            Metrics = state.Metrics.Where(metric => double.IsFinite(metric.Value)).ToDictionary(metric => metric.Key, metric => Math.Round(metric.Value, 6)),
        });
    }

    /// <summary>The network of a model file and what the file says about itself, but for what the command line says.</summary>
    private static (PerceptionNetwork Network, ModelDescription Description) OfModel(ParseResult parse, string path)
    {
        if (parse.GetValue(Downscale) != 1)
        {
            throw new UserErrorException(ExitCode.Usage, $"--downscale is for checkpoints: '{path}' reduces images as it was exported. Name the training's checkpoint (.ckpt).");
        }

        var (model, description) = ExportedFile.Read(path);
        if (model.Graph.Nodes.Any(node => node.Operator == "QuantizeLinear") || model.Graph.Initializers.Values.Any(constant => constant.Type.Element == ElementType.Float16))
        {
            throw new UserErrorException(ExitCode.Usage, $"'{path}' is rounded to fewer bits: export the float32 file and convert or quantise the result.");
        }

        var input = description.Input;
        return (TrainedNetwork.Load(path), description with
        {
            Input = parse.GetValue(Intrinsics) is { } camera ? input with { TrainingIntrinsics = Camera(camera, input.Fit, input.Height, input.Width) } : input,
            Outputs = parse.GetValue(DepthRange) is { } range
                ? [.. description.Outputs.Select(output => output.Kind == OutputKind.Depth ? output with { RangeMetres = Range(range) } : output)]
                : description.Outputs,
            DataSet = parse.GetValue(DataSet) ?? description.DataSet,
            Licence = parse.GetValue(Licence) ?? description.Licence,
        });
    }

    private static CameraIntrinsics? Camera(string text, ResizeFit fit, int height, int width)
    {
        if (text == "none")
        {
            return null;
        }

        var numbers = Numbers(text, "--intrinsics", 6);
        var camera = new CameraIntrinsics((int)numbers[4], (int)numbers[5], numbers[0], numbers[1], numbers[2], numbers[3]);
        return FitGeometry.Of(fit, new(camera.Width, camera.Height), new(width, height)).CameraOf(camera, new(width, height));
    }

    private static (double Nearest, double Farthest) Range(string text) => Numbers(text, "--depth-range", 2) is [var nearest, var farthest] ? (nearest, farthest) : default;

    private static double[] Numbers(string text, string option, int count)
    {
        var parts = text.Split(',');
        var numbers = new double[parts.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            if (!double.TryParse(parts[i], NumberStyles.Float, CultureInfo.InvariantCulture, out numbers[i]))
            {
                throw new UserErrorException(ExitCode.Usage, $"{option} '{text}': '{parts[i]}' is not a number.");
            }
        }

        return numbers.Length == count ? numbers : throw new UserErrorException(ExitCode.Usage, $"{option} '{text}' has {numbers.Length} numbers, not {count}.");
    }
}
