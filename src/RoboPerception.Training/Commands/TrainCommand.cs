using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using RoboPerception.Core;
using RoboPerception.Training.Data;
using RoboPerception.Training.Networks;
using RoboPerception.Training.Optimisation;
using RoboPerception.Training.Reports;
using RoboPerception.Training.Weighting;
using TorchSharp;

namespace RoboPerception.Training.Commands;

/// <summary><c>roboperception-train train</c>.</summary>
internal static class TrainCommand
{
    private static readonly TrainingOptions Defaults = new() { Network = "mtan-segnet", Height = 288, Width = 384 };

    private static readonly Option<string?> Config = new("--config") { Description = "Experiment file (YAML): option names without dashes and their values; options given here go before it" };
    private static readonly Option<string?> Preset = new("--preset") { Description = $"Experiment that comes with the program: {string.Join(", ", Presets.Names)}" };
    private static readonly Option<string?> TaskKeys = new("--tasks") { Description = "Keys of the tasks to train, e.g. depth; by default seg,depth,normal. Known are seg2, seg7, seg13 (or seg), seg19, seg21, seg40, depth, logdepth, depth-berhu (inverse Huber loss), depth-silog (scale-invariant loss of logarithms), normal, normal-chord (the same with a loss close to the angle), edge, sal, human_parts" };
    private static readonly Option<string> Network = new("--network") { Description = "Family and widths, e.g. mtan-segnet:widths=16,32,64,128,128", DefaultValueFactory = _ => Defaults.Network };
    private static readonly Option<string?> Data = new("--data") { Description = DataArguments.DataHelp };
    private static readonly Option<string?> Ids = DataArguments.Ids("--ids", "Training images");
    private static readonly Option<string?> ValidationIds = DataArguments.Ids("--val-ids", "Validation images ('none' to skip validation)");
    private static readonly Option<int> Classes = DataArguments.Classes();
    private static readonly Option<string> Damaged = DataArguments.Damaged();
    private static readonly Option<int> LoaderThreads = DataArguments.LoaderThreads();
    private static readonly Option<bool> Streamed = DataArguments.Stream();
    private static readonly Option<bool> CacheScenes = new("--cache-scenes") { Description = "Render the rooms of scene://samples once and show them again in every epoch" };
    private static readonly Option<string?> Mix = new("--mix") { Description = "A second set that is mixed into the training images, such as rendered rooms: written as --data is" };
    private static readonly Option<double> MixFraction = new("--mix-fraction") { Description = "Share of --mix in an epoch", DefaultValueFactory = _ => 0.25 };
    private static readonly Option<string?> Out = new("--out") { Description = "Folder for checkpoints, log and report" };
    private static readonly Option<string> Size = new("--size") { Description = "HEIGHTxWIDTH of the images", DefaultValueFactory = _ => "288x384" };
    private static readonly Option<int> ImageScale = new("--image-scale") { Description = "Rows and columns of the images per row and column that the network sees: it sees means of squares, and its predictions are enlarged to the images' size", DefaultValueFactory = _ => Defaults.ImageScale };
    private static readonly Option<string?> Crop = new("--crop") { Description = "HEIGHTxWIDTH of random crops for the first part of the run" };
    private static readonly Option<double> CropFraction = new("--crop-fraction") { Description = "Share of the run that trains on crops", DefaultValueFactory = _ => 0.6 };
    private static readonly Option<int> Epochs = new("--epochs") { Description = "Passes over the data", DefaultValueFactory = _ => Defaults.Epochs };
    private static readonly Option<int> BatchSize = new("--batch") { Description = "Images per step", DefaultValueFactory = _ => Defaults.BatchSize };
    private static readonly Option<double> LearningRate = new("--lr") { Description = "Base learning rate", DefaultValueFactory = _ => Defaults.LearningRate };
    private static readonly Option<string> Optimizer = new("--optimizer") { Description = string.Join(", ", Optimizers.Names), DefaultValueFactory = _ => Defaults.Optimizer };
    private static readonly Option<double> WeightDecay = new("--weight-decay") { Description = "Weight decay of adamw", DefaultValueFactory = _ => Defaults.WeightDecay };
    private static readonly Option<double> L2Penalty = new("--l2") { Description = "L2 penalty of adam, sgd and nesterov" };
    private static readonly Option<double> Momentum = new("--momentum") { Description = "Momentum of sgd and nesterov", DefaultValueFactory = _ => Defaults.Momentum };
    private static readonly Option<double> MaxGradientNorm = new("--max-gradient-norm") { Description = "Largest norm of the gradient; 0 = no limit" };
    private static readonly Option<int> WarmUpSteps = new("--warm-up") { Description = "Steps over which the learning rate rises to the schedule's" };
    private static readonly Option<int> Patience = new("--patience") { Description = "Validations without a better one after which the run ends; 0 = never" };
    private static readonly Option<string?> Baseline = new("--baseline") { Description = "JSON of single-task metrics (evaluate --json): the best checkpoint is then the one with the largest multi-task gain (delta-m) over them, one main metric a task" };
    private static readonly Option<string?> Backbone = new("--backbone") { Description = "Pre-trained weights of the backbone: a safetensors or PyTorch file with torchvision's names, or a checkpoint of any network with the same backbone (.ckpt)" };
    private static readonly Option<double> BackboneLearningRateFactor = new("--backbone-lr-factor") { Description = "Learning rate of the backbone as a share of --lr", DefaultValueFactory = _ => Defaults.BackboneLearningRateFactor };
    private static readonly Option<double> EmaDecay = new("--ema") { Description = "Decay of the moving average of the parameters that is validated and kept as best, e.g. 0.999; 0 = none" };
    private static readonly Option<string> Precision = new("--precision") { Description = "float32, or bfloat16 for passes and gradients (parameters stay float32): for GPUs that compute faster in it", DefaultValueFactory = _ => Defaults.Precision };
    private static readonly Option<bool> FreezeBatchNorm = new("--freeze-batch-norm") { Description = "Batch norm with the running statistics of --init instead of those of each batch, for the end of a training" };
    private static readonly Option<string[]> Teachers = new("--teacher") { Description = "Checkpoint or exported model whose predictions are learnt beside the ground truth; may be given several times, then it is their mean" };
    private static readonly Option<double> TeacherWeight = new("--teacher-weight") { Description = "Share of the teachers in the loss of the tasks that they predict", DefaultValueFactory = _ => Defaults.TeacherWeight };
    private static readonly Option<string> Schedule = new("--schedule") { Description = string.Join(", ", LearningRateSchedule.Names), DefaultValueFactory = _ => Defaults.Schedule };
    private static readonly Option<string> Weighting = new("--weighting") { Description = string.Join(", ", TaskWeightings.Names), DefaultValueFactory = _ => Defaults.Weighting };
    private static readonly Option<bool> NoAugmentation = new("--no-augmentation") { Description = "Whole images as they are" };
    private static readonly Option<bool> NoColourJitter = new("--no-colour-jitter") { Description = "Views keep the brightness, contrast and colour of their images" };
    private static readonly Option<double> Rotation = new("--rotation") { Description = "Largest random turn of training views in degrees, normals turn along; 0 = what the data set's paper uses" };
    private static readonly Option<string?> Zooms = new("--zooms") { Description = "Zooms of training views to choose from, such as 1,1,1.2, where 1 is the scale of the images; depth is divided along. By default what the data set's paper uses (MTAN: 1,1.2,1.5)" };
    private static readonly Option<int> Seed = new("--seed") { Description = "Seed of parameters, order and views", DefaultValueFactory = _ => Defaults.Seed };
    private static readonly Option<double> Minutes = new("--minutes") { Description = "Wall-clock limit; the schedule then follows the clock" };
    private static readonly Option<double> CheckpointMinutes = new("--checkpoint-minutes") { Description = "Minutes between checkpoints inside an epoch", DefaultValueFactory = _ => Defaults.CheckpointMinutes };
    private static readonly Option<int> ValidationInterval = new("--val-every") { Description = "Epochs between two validations", DefaultValueFactory = _ => Defaults.ValidationInterval };
    private static readonly Option<int> Threads = new("--threads") { Description = "Threads of libtorch; 0 leaves its default" };
    private static readonly Option<string> DeviceName = new("--device") { Description = "cpu or cuda", DefaultValueFactory = _ => "cpu" };
    private static readonly Option<string?> Init = new("--init") { Description = "Checkpoint (.ckpt) or exported model (.onnx) whose parameters are the starting point" };
    private static readonly Option<bool> NewHeads = new("--new-heads") { Description = "With --init: tasks that the file predicts with other classes, or in metres instead of logarithms, start with fresh last layers instead of being refused" };
    private static readonly Option<bool> ResumeFlag = new("--resume") { Description = "Go on from last.ckpt of --out; its recipe is used and the other recipe options are ignored" };

    public static Command Create()
    {
        var command = new Command("train", "Trains a network on a folder of labelled images")
        {
            Config, Preset, Network, TaskKeys, Data, Ids, ValidationIds, Classes, Damaged, LoaderThreads, Streamed, CacheScenes, Mix, MixFraction, Out, Size, ImageScale, Crop, CropFraction, Epochs, BatchSize, LearningRate, Optimizer, WeightDecay, L2Penalty, Momentum, MaxGradientNorm,
            WarmUpSteps, Backbone, BackboneLearningRateFactor, EmaDecay, Precision, FreezeBatchNorm, Teachers, TeacherWeight, Schedule, Weighting, Patience, Baseline, NoAugmentation, NoColourJitter, Rotation, Zooms, Seed, Minutes, CheckpointMinutes, ValidationInterval, Threads, DeviceName, Init, NewHeads, ResumeFlag,
        };
        command.SetAction((parse, cancellation) => UserErrors.Guard(() => Run(Complete(command, parse), cancellation)));
        return command;
    }

    /// <summary>The command line with what a preset or an experiment file adds to it.</summary>
    private static ParseResult Complete(Command command, ParseResult parse)
    {
        (string Name, string Text)? experiment = parse.GetValue(Config) is { } path ? (path, Experiment.Read(path))
            : parse.GetValue(Preset) is { } preset ? ("preset " + preset, Presets.Find(preset))
            : null;
        if (experiment is not { } found)
        {
            return parse;
        }

        string[] typed = [.. parse.Tokens.Select(token => token.Value).SkipWhile(token => token == command.Name)];
        var complete = command.Parse([.. typed, .. Experiment.Arguments(found.Name, found.Text, parse)]);
        return complete.Errors.Count == 0
            ? complete
            : throw new UserErrorException(ExitCode.Usage, $"'{found.Name}': {complete.Errors[0].Message}");
    }

    private static string Required(string? value, string option) =>
        value ?? throw new UserErrorException(ExitCode.Usage, $"{option} is missing: give it here or in the experiment file, or try --preset smoke.");

    private static ExitCode Run(ParseResult parse, CancellationToken cancellation)
    {
        var resume = parse.GetValue(ResumeFlag);
        var folder = Required(parse.GetValue(Out), "--out");
        var last = Path.Combine(folder, Trainer.LastCheckpoint);
        if (!resume && File.Exists(last))
        {
            throw new UserErrorException(ExitCode.Usage, $"'{last}' exists: add --resume to go on with that run, or choose another --out.");
        }

        var options = resume ? Checkpoint.ReadState(last).Options : Recipe(parse);
        var device = Arguments.Device(parse.GetValue(DeviceName)!);
        if (parse.GetValue(Threads) is > 0 and var threads)
        {
            torch.set_num_threads(threads);
        }

        using var data = TrainingData.Open(Choice(parse), options.Height, options.Width, cancellation);
        if (resume && Checkpoint.ReadState(last).TrainingImages is var seen && seen != data.Images.Count)
        {
            throw new UserErrorException(ExitCode.Usage, $"'{last}' was trained on {seen} images an epoch, these options give {data.Images.Count}: name the same --data, --ids and --mix.");
        }

        if (!resume && options.Tasks is null)
        {
            options = options with { Tasks = TaskList.Format(data.Images.Tasks) };
        }

        var initial = new TrainingState
        {
            Options = options,
            TrainingImages = data.Images.Count,
            DataSet = data.Name,
            Commit = SourceCommit.Read(),
        };
        using var trainer = resume
            ? Trainer.Resume(folder, data.Images, data.Validation, device)
            : Trainer.Start(folder, initial, data.Images, data.Validation, device);
        trainer.LoaderThreads = Arguments.Positive(parse.GetValue(LoaderThreads), "--loader-threads");
        if (!resume && parse.GetValue(Init) is { } init)
        {
            var anew = trainer.InitialiseFrom(init, parse.GetValue(NewHeads), cancellation);
            Console.WriteLine(anew.Count == 0 ? $"Starting from all of '{init}'" : $"Starting from '{init}', but for the last layers of {TaskList.Names(anew)}, which are fresh");
        }

        using var events = new RunEvents(trainer, folder);
        TrainingDisplay.Show(trainer, () => trainer.Run(cancellation));
        HtmlReport.Write(folder, data.Validation, device);
        Console.WriteLine($"Report: {Path.Combine(folder, HtmlReport.FileName)}");
        return ExitCode.Ok;
    }

    private static DataChoice Choice(ParseResult parse) => new(Required(parse.GetValue(Data), "--data"), parse.GetValue(Ids), parse.GetValue(ValidationIds))
    {
        Classes = parse.GetValue(Classes),
        Damaged = DataArguments.Policy(parse.GetValue(Damaged)!),
        Streamed = parse.GetValue(Streamed),
        CacheScenes = parse.GetValue(CacheScenes),
        Mix = parse.GetValue(Mix) is { } mix ? (mix, parse.GetValue(MixFraction)) : null,
    };

    private static TrainingOptions Recipe(ParseResult parse)
    {
        var imageScale = Arguments.ImageScale(parse.GetValue(ImageScale));
        var multiple = imageScale << SegNet.Levels;
        var (height, width) = Arguments.Size(parse.GetValue(Size)!, "--size", multiple);
        var (cropHeight, cropWidth) = parse.GetValue(Crop) is { } crop ? Arguments.Size(crop, "--crop", multiple) : (0, 0);
        if (cropHeight > height || cropWidth > width)
        {
            throw new UserErrorException(ExitCode.Usage, $"--crop {cropHeight}x{cropWidth} is larger than --size {height}x{width}.");
        }

        if (parse.GetValue(NewHeads) && parse.GetValue(Init) is null)
        {
            throw new UserErrorException(ExitCode.Usage, "--new-heads says what to do with the parameters of --init, which is missing.");
        }

        var schedule = parse.GetValue(Schedule)!;
        LearningRateSchedule.Factor(schedule, 0, 0);
        return new TrainingOptions
        {
            Network = NetworkSpec.Parse(parse.GetValue(Network)!).ToString(),
            Tasks = parse.GetValue(TaskKeys) is { } keys ? TaskList.Check(keys)
                : parse.GetValue(Classes) is > 0 and var classes ? TaskList.Check($"seg{classes},depth,normal")
                : null,
            Height = height,
            Width = width,
            ImageScale = imageScale,
            CropHeight = cropHeight,
            CropWidth = cropWidth,
            CropFraction = parse.GetValue(CropFraction),
            Epochs = Arguments.Positive(parse.GetValue(Epochs), "--epochs"),
            BatchSize = Arguments.Positive(parse.GetValue(BatchSize), "--batch"),
            LearningRate = parse.GetValue(LearningRate),
            Optimizer = parse.GetValue(Optimizer)!,
            WeightDecay = parse.GetValue(WeightDecay),
            L2Penalty = NotNegative(parse.GetValue(L2Penalty), "--l2"),
            Momentum = NotNegative(parse.GetValue(Momentum), "--momentum"),
            MaxGradientNorm = NotNegative(parse.GetValue(MaxGradientNorm), "--max-gradient-norm"),
            WarmUpSteps = (int)NotNegative(parse.GetValue(WarmUpSteps), "--warm-up"),
            Patience = (int)NotNegative(parse.GetValue(Patience), "--patience"),
            Baseline = parse.GetValue(Baseline) is { } baseline ? ReadMetrics(baseline) : null,
            Backbone = parse.GetValue(Backbone),
            BackboneLearningRateFactor = parse.GetValue(BackboneLearningRateFactor),
            EmaDecay = parse.GetValue(EmaDecay) is >= 0 and < 1 and var decay ? decay : throw new UserErrorException(ExitCode.Usage, "--ema must be at least 0 and below 1, such as 0.999."),
            Precision = parse.GetValue(Precision)!,
            FreezeBatchNorm = parse.GetValue(FreezeBatchNorm),
            Teachers = parse.GetValue(Teachers) is { Length: > 0 } teachers ? teachers : null,
            TeacherWeight = parse.GetValue(TeacherWeight) is >= 0 and <= 1 and var teacherShare ? teacherShare : throw new UserErrorException(ExitCode.Usage, "--teacher-weight must be between 0 and 1."),
            Schedule = schedule,
            Weighting = parse.GetValue(Weighting)!,
            Augment = !parse.GetValue(NoAugmentation),
            ColourJitter = !parse.GetValue(NoColourJitter),
            Rotation = NotNegative(parse.GetValue(Rotation), "--rotation"),
            Zooms = parse.GetValue(Zooms) is { } zooms ? [.. zooms.Split(',').Select(Zoom)] : null,
            Seed = parse.GetValue(Seed),
            Minutes = parse.GetValue(Minutes),
            ValidationInterval = Arguments.Positive(parse.GetValue(ValidationInterval), "--val-every"),
            CheckpointMinutes = parse.GetValue(CheckpointMinutes),
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
