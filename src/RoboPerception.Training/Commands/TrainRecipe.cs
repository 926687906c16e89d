using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using RoboPerception.Core;
using RoboPerception.Training.Networks;
using RoboPerception.Training.Optimisation;

namespace RoboPerception.Training.Commands;

/// <summary>Data and recipe that the options of <c>train</c> ask for.</summary>
internal static class TrainRecipe
{
    /// <summary>The data that a command line names.</summary>
    public static DataChoice Choice(ParseResult parse) => new(TrainCommand.Required(parse.GetValue(TrainOptions.Data), "--data"), parse.GetValue(TrainOptions.Ids), parse.GetValue(TrainOptions.ValidationIds))
    {
        Classes = parse.GetValue(TrainOptions.Classes),
        Fit = DataArguments.FitOf(parse.GetValue(TrainOptions.Fit)!),
        Limit = (int)NotNegative(parse.GetValue(TrainOptions.Limit), "--limit"),
        Rooms = parse.GetValue(TrainOptions.TaskKeys)?.StartsWith("rooms", StringComparison.Ordinal) == true,
        Damaged = DataArguments.Policy(parse.GetValue(TrainOptions.Damaged)!),
        Streamed = parse.GetValue(TrainOptions.Streamed),
        CacheScenes = parse.GetValue(TrainOptions.CacheScenes),
        Mix = parse.GetValue(TrainOptions.Mix) is { } mix ? (mix, parse.GetValue(TrainOptions.MixFraction)) : null,
        Unlabelled = parse.GetValue(TrainOptions.Unlabelled) is { } unlabelled
            ? (unlabelled, parse.GetValue(TrainOptions.UnlabelledFraction), Arguments.Positive(parse.GetValue(TrainOptions.UnlabelledStride), "--unlabelled-stride"))
            : null,
    };

    /// <summary>The recipe that a command line asks for.</summary>
    /// <exception cref="UserErrorException">A value is wrong.</exception>
    public static TrainingOptions Read(ParseResult parse)
    {
        var imageScale = Arguments.Downscale(parse.GetValue(TrainOptions.Downscale));
        var multiple = imageScale << SegNet.Levels;
        var (height, width) = Arguments.Size(parse.GetValue(TrainOptions.Size)!, "--size", multiple);
        var (cropHeight, cropWidth) = parse.GetValue(TrainOptions.Crop) is { } crop ? Arguments.Size(crop, "--crop", multiple) : (0, 0);
        if (cropHeight > height || cropWidth > width)
        {
            throw new UserErrorException(ExitCode.Usage, $"--crop {cropHeight}x{cropWidth} is larger than --size {height}x{width}.");
        }

        if (parse.GetValue(TrainOptions.NewHeads) && parse.GetValue(TrainOptions.Init) is null)
        {
            throw new UserErrorException(ExitCode.Usage, "--new-heads says what to do with the parameters of --init, which is missing.");
        }

        if (parse.GetValue(TrainOptions.Unlabelled) is not null && (parse.GetValue(TrainOptions.Teachers) is not { Length: > 0 } || parse.GetValue(TrainOptions.TeacherWeight) == 0))
        {
            throw new UserErrorException(ExitCode.Usage, "--unlabelled images have no ground truth, so a network learns from them what its teachers predict: name at least one --teacher, with a --teacher-weight above 0.");
        }

        var schedule = parse.GetValue(TrainOptions.Schedule)!;
        LearningRateSchedule.Factor(schedule, 0, 0);
        return new TrainingOptions
        {
            Network = NetworkSpec.Parse(parse.GetValue(TrainOptions.Network)!).ToString(),
            Tasks = parse.GetValue(TrainOptions.TaskKeys) is { } keys ? TaskList.Check(keys)
                : parse.GetValue(TrainOptions.Classes) is > 0 and var classes ? TaskList.Check($"seg{classes},depth,normal")
                : null,
            Height = height,
            Width = width,
            Fit = DataArguments.FitOf(parse.GetValue(TrainOptions.Fit)!),
            ImageScale = imageScale,
            CropHeight = cropHeight,
            CropWidth = cropWidth,
            CropFraction = parse.GetValue(TrainOptions.CropFraction),
            Epochs = Arguments.Positive(parse.GetValue(TrainOptions.Epochs), "--epochs"),
            Steps = (long)NotNegative(parse.GetValue(TrainOptions.Steps), "--steps"),
            BatchSize = Arguments.Positive(parse.GetValue(TrainOptions.BatchSize), "--batch"),
            LearningRate = parse.GetValue(TrainOptions.LearningRate),
            Optimizer = parse.GetValue(TrainOptions.Optimizer)!,
            WeightDecay = parse.GetValue(TrainOptions.WeightDecay),
            L2Penalty = NotNegative(parse.GetValue(TrainOptions.L2Penalty), "--l2"),
            Momentum = NotNegative(parse.GetValue(TrainOptions.Momentum), "--momentum"),
            MaxGradientNorm = NotNegative(parse.GetValue(TrainOptions.MaxGradientNorm), "--max-gradient-norm"),
            WarmUpSteps = (int)NotNegative(parse.GetValue(TrainOptions.WarmUpSteps), "--warm-up"),
            Patience = (int)NotNegative(parse.GetValue(TrainOptions.Patience), "--patience"),
            Baseline = parse.GetValue(TrainOptions.Baseline) is { } baseline ? ReadMetrics(baseline) : null,
            Backbone = parse.GetValue(TrainOptions.Backbone),
            BackboneLearningRateFactor = parse.GetValue(TrainOptions.BackboneLearningRateFactor),
            EmaDecay = parse.GetValue(TrainOptions.EmaDecay) is >= 0 and < 1 and var decay ? decay : throw new UserErrorException(ExitCode.Usage, "--ema must be at least 0 and below 1, such as 0.999."),
            Precision = parse.GetValue(TrainOptions.Precision)!,
            FreezeBatchNorm = parse.GetValue(TrainOptions.FreezeBatchNorm),
            Teachers = parse.GetValue(TrainOptions.Teachers) is { Length: > 0 } teachers ? teachers : null,
            TeacherWeight = parse.GetValue(TrainOptions.TeacherWeight) is >= 0 and <= 1 and var teacherShare ? teacherShare : throw new UserErrorException(ExitCode.Usage, "--teacher-weight must be between 0 and 1."),
            Schedule = schedule,
            Weighting = parse.GetValue(TrainOptions.Weighting)!,
            Augment = !parse.GetValue(TrainOptions.NoAugmentation),
            ColourJitter = !parse.GetValue(TrainOptions.NoColourJitter),
            Rotation = NotNegative(parse.GetValue(TrainOptions.Rotation), "--rotation"),
            Zooms = parse.GetValue(TrainOptions.Zooms) is { } zooms ? [.. zooms.Split(',').Select(Zoom)] : null,
            Seed = parse.GetValue(TrainOptions.Seed),
            Minutes = parse.GetValue(TrainOptions.Minutes),
            ValidationInterval = Arguments.Positive(parse.GetValue(TrainOptions.ValidationInterval), "--val-every"),
            CheckpointMinutes = parse.GetValue(TrainOptions.CheckpointMinutes),
        };
    }

    private static double Zoom(string text) => double.TryParse(text, CultureInfo.InvariantCulture, out var zoom) && zoom is >= 1 and <= 10
        ? zoom
        : throw new UserErrorException(ExitCode.Usage, $"--zooms: '{text}' is not a zoom between 1 and 10.");

    private static double NotNegative(double value, string option) =>
        value >= 0 && double.IsFinite(value) ? value : throw new UserErrorException(ExitCode.Usage, $"{option} must not be negative.");

    private static Dictionary<string, double> ReadMetrics(string path)
    {
        try
        {
            var figures = JsonSerializer.Deserialize(File.ReadAllText(path), TrainingJson.Default.DictionaryStringDouble) ?? [];
            var main = figures.Where(figure => ValidationScore.MainMetrics.Contains(figure.Key)).ToDictionary();
            return main.Count > 0
                ? main
                : throw new UserErrorException(ExitCode.Usage, $"--baseline '{path}' holds none of {string.Join(", ", ValidationScore.MainMetrics)}.");
        }
        catch (Exception error) when (error is IOException or JsonException)
        {
            throw new UserErrorException(ExitCode.Usage, $"--baseline '{path}' is not a JSON object of numbers: {error.Message}", error);
        }
    }
}
