using System.CommandLine;
using System.Globalization;
using RoboPerception.Core;
using RoboPerception.Onnx;
using RoboPerception.Training.Export;
using RoboPerception.Training.Optimisation;

namespace RoboPerception.Training.Commands;

/// <summary><c>roboperception-train export</c>.</summary>
internal static class ExportCommand
{
    private static readonly Argument<string> CheckpointPath = new("checkpoint") { Description = "Checkpoint of a training run" };
    private static readonly Option<string> Out = new("--out") { Description = "ONNX file to write", Required = true };
    private static readonly Option<string?> Name = new("--name") { Description = "Name of the model; by default the file's" };
    private static readonly Option<string?> DataSet = new("--data-set") { Description = "Data the weights were fitted on; by default the name of the training folder" };
    private static readonly Option<string> Licence = new("--licence") { Description = "Licence of the weights", DefaultValueFactory = _ => "as the training data allow" };
    private static readonly Option<int> Downscale = new("--downscale") { Description = "The model takes images N times as large as those of the training: its graph reduces them and enlarges the predictions (train --downscale trains it so)", DefaultValueFactory = _ => 1 };
    private static readonly Option<string> Intrinsics = new("--intrinsics") { Description = "Training camera as fx,fy,cx,cy,width,height; 'none' if there were many. By default the Kinect of NYU Depth v2", DefaultValueFactory = _ => "518.858,519.470,325.582,253.736,640,480" };
    private static readonly Option<string> DepthRange = new("--depth-range") { Description = "Nearest and farthest training depth in metres", DefaultValueFactory = _ => "0.5,10" };

    public static Command Create()
    {
        var command = new Command("export", "Writes a trained network as an ONNX file and checks that it predicts the same") { CheckpointPath, Out, Name, DataSet, Licence, Downscale, Intrinsics, DepthRange };
        command.SetAction((parse, _) => UserErrors.Guard(() => Run(parse)));
        return command;
    }

    private static ExitCode Run(ParseResult parse)
    {
        var path = parse.GetValue(Out)!;
        var (network, state) = Checkpoint.LoadNetwork(parse.GetValue(CheckpointPath)!);
        using (network)
        {
            var options = state.Options;
            var downscale = Arguments.Downscale(parse.GetValue(Downscale));
            network.ImageScale *= downscale;
            var (height, width) = (options.Height * downscale, options.Width * downscale);
            var range = Numbers(parse.GetValue(DepthRange)!, "--depth-range", 2);
            var description = new ModelDescription
            {
                Name = parse.GetValue(Name) ?? Path.GetFileNameWithoutExtension(path),
                Architecture = options.Network,
                Input = new ModelInput(ModelExporter.InputName, width, height) { TrainingIntrinsics = Camera(parse.GetValue(Intrinsics)!, width, height) },
                Outputs = ModelExporter.Outputs(network, (range[0], range[1])),
                DataSet = parse.GetValue(DataSet) ?? $"{state.DataSet} ({state.TrainingImages} images)",
                Licence = parse.GetValue(Licence)!,
                TrainingCommit = state.Commit,
                Metrics = state.Metrics.Where(metric => double.IsFinite(metric.Value)).ToDictionary(metric => metric.Key, metric => Math.Round(metric.Value, 6)),
            };
            OnnxFile.Write(path, ModelExporter.Export(network, description, out var parity));
            Console.WriteLine($"Wrote '{path}': {parity}");
            if (ModelExporter.LeftOut(network) is { Count: > 0 } leftOut)
            {
                Console.WriteLine($"Left out, because the model contract has no output for them: {string.Join(", ", leftOut.Select(task => task.Key))}");
            }
        }

        return ExitCode.Ok;
    }

    private static CameraIntrinsics? Camera(string text, int width, int height)
    {
        if (text == "none")
        {
            return null;
        }

        var numbers = Numbers(text, "--intrinsics", 6);
        return new CameraIntrinsics((int)numbers[4], (int)numbers[5], numbers[0], numbers[1], numbers[2], numbers[3]).ScaledTo(width, height);
    }

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
