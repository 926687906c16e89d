using System.CommandLine;
using System.Globalization;
using RoboPerception.Core;
using RoboPerception.Training.Data;
using RoboPerception.Training.Networks;
using RoboPerception.Training.Optimisation;
using RoboPerception.Training.Reports;

namespace RoboPerception.Training.Commands;

/// <summary><c>train --dry-run</c>: what would be trained and what it would take.</summary>
internal static class DryRun
{
    private const double Megabyte = 1024 * 1024, FloatBytes = 4;

    // Of every value that a convolution returns, backward needs it and what batch norm makes of it, and a gradient of its size is on the way.
    private const int CopiesOfMaps = 3;

    // An image in memory: 3 bytes of colour, 1 of class, 2 of depth and 3 of normals a pixel.
    private const int BytesOfImagePixel = 9;

    /// <summary>Tells it; data are listed, not decoded.</summary>
    public static ExitCode Tell(ParseResult parse, CancellationToken cancellation)
    {
        var options = TrainRecipe.Read(parse);
        var choice = TrainRecipe.Choice(parse);
        using var data = TrainingData.Open(choice with { Streamed = true, CacheScenes = false, ValidationIds = "none" }, options.Height, options.Width, cancellation);
        options = options with { Tasks = options.Tasks ?? TaskList.Format(data.Images.Tasks) };
        if (choice.Unlabelled is not null)
        {
            UnlabelledImages.Check(TaskList.Parse(options.Tasks));
        }

        using var network = PerceptionNetwork.Create(NetworkSpec.Parse(options.Network), TaskList.Parse(options.Tasks), options.ImageScale);
        Console.WriteLine("# The experiment; keep it as a file for train --config");
        Console.Write(Experiment.Text(parse, TrainOptions.Groups, TrainOptions.NotOfTheExperiment));
        var perEpoch = BatchLoader.BatchesPerEpoch(data.Images.Count, options.BatchSize);
        var parameters = network.ParameterCount;
        var (height, width) = options.CropHeight > 0 ? (options.CropHeight, options.CropWidth) : (options.Height, options.Width);
        Console.WriteLine();
        Line("images an epoch", $"{data.Images.Count:N0} of {data.Name}");
        Line("tasks", string.Join(", ", network.SupervisedTasks.Select(task => task.Key)));
        Line("parameters", $"{parameters:N0}");
        var gmac = RunReader.Cost(network, options);
        Line("GMAC an image", gmac > 0 ? $"{gmac:0.###} at {options.Height}x{options.Width}" : "not counted at this size");
        var steps = (long)options.Epochs * perEpoch;
        steps = options.Steps > 0 ? Math.Min(steps, options.Steps) : steps;
        var epochs = string.Create(CultureInfo.InvariantCulture, $"{steps:N0} ({(double)steps / perEpoch:0.##} epochs of {perEpoch:N0})");
        Line("steps", options.Minutes > 0 ? $"as many as {options.Minutes:0.##} minutes hold, at most {epochs}" : epochs);
        Line("learning rate", string.Join(", ", new[] { 0, 0.25, 0.5, 0.75, 0.999 }.Select(progress =>
            string.Create(CultureInfo.InvariantCulture, $"{options.LearningRate * LearningRateSchedule.Factor(options.Schedule, progress, (int)(progress * options.Epochs)):0.0e+0} at {progress:P0}"))));
        Memory(choice, options, network, data, height, width);
        return ExitCode.Ok;
    }

    private static void Memory(DataChoice choice, TrainingOptions options, PerceptionNetwork network, TrainingData data, int height, int width)
    {
        // Values, gradients, and what the optimiser remembers of each.
        var kept = 2 + (options.Optimizer is "sgd" or "nesterov" ? 1 : 2) + (options.EmaDecay > 0 ? 1 : 0);
        var weights = kept * network.ParameterCount * FloatBytes / Megabyte;
        var (rows, columns) = (height / options.ImageScale, width / options.ImageScale);
        var scale = network.ImageScale;
        network.ImageScale = 1;
        var maps = rows % MacCounter.SizeMultiple == 0 && columns % MacCounter.SizeMultiple == 0
            ? CopiesOfMaps * options.BatchSize * MacCounter.Count(network, rows, columns).OutputElements * FloatBytes / Megabyte
            : double.NaN;
        network.ImageScale = scale;
        var streamed = choice.Streamed || (data.Images is SceneImages && !choice.CacheScenes);
        var images = streamed ? 0 : (double)data.Images.Count * options.Height * options.Width * BytesOfImagePixel / Megabyte;
        Line("memory, about", double.IsFinite(maps)
            ? $"{weights + maps + images:N0} MB beside the program's own: {weights:N0} of parameters and optimiser, {maps:N0} of maps, {images:N0} of images"
            : $"{weights + images:N0} MB of parameters, optimiser and images; maps are not counted at this size");
    }

    private static void Line(string name, FormattableString value) => Line(name, value.ToString(CultureInfo.InvariantCulture));

    private static void Line(string name, string value) => Console.WriteLine($"{name,-16}  {value}");
}
