using System.CommandLine;
using System.Globalization;
using RoboPerception.Core;
using RoboPerception.Training.Data;
using RoboPerception.Training.Networks;
using RoboPerception.Training.Optimisation;
using RoboPerception.Training.Weighting;
using TorchSharp;

namespace RoboPerception.Training.Commands;

/// <summary><c>roboperception-train train</c>.</summary>
internal static class TrainCommand
{
    private static readonly TrainingOptions Defaults = new() { Network = "mtan-segnet", Height = 288, Width = 384 };

    private static readonly Option<string> Network = new("--network") { Description = "Family and widths, e.g. mtan-segnet:widths=16,32,64,128,128", DefaultValueFactory = _ => Defaults.Network };
    private static readonly Option<string> Data = new("--data") { Description = "Folder of labelled images (rgb, seg13, depth or depth8, normal), or scene://samples?seed=1&count=1000 to render rooms on the way", Required = true };
    private static readonly Option<string> Ids = new("--ids") { Description = "List of training ids", DefaultValueFactory = _ => "ids_fit.txt" };
    private static readonly Option<string> ValidationIds = new("--val-ids") { Description = "List of validation ids; 'none' to skip validation", DefaultValueFactory = _ => "ids_val.txt" };
    private static readonly Option<string> Out = new("--out") { Description = "Folder for checkpoints and log", Required = true };
    private static readonly Option<string> Size = new("--size") { Description = "HEIGHTxWIDTH of the images", DefaultValueFactory = _ => "288x384" };
    private static readonly Option<string?> Crop = new("--crop") { Description = "HEIGHTxWIDTH of random crops for the first part of the run" };
    private static readonly Option<double> CropShare = new("--crop-share") { Description = "Share of the run that trains on crops", DefaultValueFactory = _ => 0.6 };
    private static readonly Option<int> Epochs = new("--epochs") { Description = "Passes over the data", DefaultValueFactory = _ => Defaults.Epochs };
    private static readonly Option<int> BatchSize = new("--batch") { Description = "Images per step", DefaultValueFactory = _ => Defaults.BatchSize };
    private static readonly Option<double> LearningRate = new("--lr") { Description = "Base learning rate", DefaultValueFactory = _ => Defaults.LearningRate };
    private static readonly Option<string> Optimizer = new("--optimizer") { Description = string.Join(", ", Optimizers.Names), DefaultValueFactory = _ => Defaults.Optimizer };
    private static readonly Option<double> WeightDecay = new("--weight-decay") { Description = "Weight decay of adamw", DefaultValueFactory = _ => Defaults.WeightDecay };
    private static readonly Option<string?> Backbone = new("--backbone") { Description = "Safetensors file with pre-trained weights of the backbone" };
    private static readonly Option<double> BackboneRate = new("--backbone-rate") { Description = "Learning rate of the backbone as a share of --lr", DefaultValueFactory = _ => Defaults.BackboneRate };
    private static readonly Option<double> AverageDecay = new("--ema") { Description = "Decay of the moving average of the parameters that is validated and kept as best, e.g. 0.999; 0 = none" };
    private static readonly Option<string> Schedule = new("--schedule") { Description = string.Join(", ", LearningRateSchedule.Names), DefaultValueFactory = _ => Defaults.Schedule };
    private static readonly Option<string> Weighting = new("--weighting") { Description = string.Join(", ", TaskWeightings.Names), DefaultValueFactory = _ => Defaults.Weighting };
    private static readonly Option<bool> NoAugmentation = new("--no-augmentation") { Description = "Whole images as they are" };
    private static readonly Option<int> Seed = new("--seed") { Description = "Seed of parameters, order and views", DefaultValueFactory = _ => Defaults.Seed };
    private static readonly Option<double> Minutes = new("--minutes") { Description = "Wall-clock limit; the schedule then follows the clock" };
    private static readonly Option<double> CheckpointMinutes = new("--checkpoint-minutes") { Description = "Minutes between checkpoints inside an epoch", DefaultValueFactory = _ => Defaults.CheckpointMinutes };
    private static readonly Option<int> ValidationInterval = new("--val-every") { Description = "Epochs between two validations", DefaultValueFactory = _ => Defaults.ValidationInterval };
    private static readonly Option<int> Threads = new("--threads") { Description = "Threads of libtorch; 0 leaves its default" };
    private static readonly Option<string> DeviceName = new("--device") { Description = "cpu or cuda", DefaultValueFactory = _ => "cpu" };
    private static readonly Option<string?> Init = new("--init") { Description = "Checkpoint whose parameters are the starting point" };
    private static readonly Option<bool> ResumeFlag = new("--resume") { Description = "Go on from last.ckpt of --out; its recipe is used and the other recipe options are ignored" };

    public static Command Create()
    {
        var command = new Command("train", "Trains a network on a folder of labelled images")
        {
            Network, Data, Ids, ValidationIds, Out, Size, Crop, CropShare, Epochs, BatchSize, LearningRate, Optimizer, WeightDecay, Backbone, BackboneRate, AverageDecay, Schedule, Weighting,
            NoAugmentation, Seed, Minutes, CheckpointMinutes, ValidationInterval, Threads, DeviceName, Init, ResumeFlag,
        };
        command.SetAction((parse, cancellation) => UserErrors.Guard(() => Run(parse, cancellation)));
        return command;
    }

    private static ExitCode Run(ParseResult parse, CancellationToken cancellation)
    {
        var resume = parse.GetValue(ResumeFlag);
        var folder = parse.GetValue(Out)!;
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

        var data = parse.GetValue(Data)!;
        var scenes = data.StartsWith(SceneImages.Address, StringComparison.Ordinal);
        ImageSource images = scenes ? Render(data, options) : Load(data, parse.GetValue(Ids)!, options, cancellation);
        var validation = parse.GetValue(ValidationIds) is var ids && ids == "none" ? null
            : scenes ? RenderValidation(data, options)
            : Load(data, ids!, options, cancellation);
        var initial = new TrainingState
        {
            Options = options,
            TrainingImages = images.Count,
            DataSet = scenes ? "rendered scenes" : Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(data))),
            Commit = SourceCommit.Read(),
        };
        using var trainer = resume
            ? Trainer.Resume(folder, images, validation, device)
            : Trainer.Start(folder, initial, images, validation, device);
        if (!resume && parse.GetValue(Init) is { } init)
        {
            trainer.InitialiseFrom(init);
        }

        TrainingDisplay.Show(trainer, () => trainer.Run(cancellation));
        return ExitCode.Ok;
    }

    private static SceneImages Render(string address, TrainingOptions options)
    {
        var (seed, count) = SceneImages.Parse(address);
        return new SceneImages(seed, count, options.Height, options.Width);
    }

    /// <summary>Rooms of another seed, rendered once: a tenth of an epoch.</summary>
    private static ImageSet RenderValidation(string address, TrainingOptions options)
    {
        var (seed, count) = SceneImages.Parse(address);
        using var rooms = new SceneImages(~seed, count, options.Height, options.Width);
        return rooms.ToSet(Math.Clamp(count / 10, 1, 100));
    }

    private static ImageSet Load(string data, string ids, TrainingOptions options, CancellationToken cancellation)
    {
        var folder = NyuFolder.Open(data, ids);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Reading {folder.Ids.Count} images of '{ids}' at {options.Height}x{options.Width}"));
        return ImageSet.Load(folder, options.Height, options.Width, cancellation: cancellation);
    }

    private static TrainingOptions Recipe(ParseResult parse)
    {
        const int multiple = 1 << SegNet.Levels;
        var (height, width) = Arguments.Size(parse.GetValue(Size)!, "--size", multiple);
        var (cropHeight, cropWidth) = parse.GetValue(Crop) is { } crop ? Arguments.Size(crop, "--crop", multiple) : (0, 0);
        if (cropHeight > height || cropWidth > width)
        {
            throw new UserErrorException(ExitCode.Usage, $"--crop {cropHeight}x{cropWidth} is larger than --size {height}x{width}.");
        }

        var schedule = parse.GetValue(Schedule)!;
        LearningRateSchedule.Factor(schedule, 0, 0);
        return new TrainingOptions
        {
            Network = NetworkSpec.Parse(parse.GetValue(Network)!).ToString(),
            Height = height,
            Width = width,
            CropHeight = cropHeight,
            CropWidth = cropWidth,
            CropShare = parse.GetValue(CropShare),
            Epochs = Positive(parse.GetValue(Epochs), "--epochs"),
            BatchSize = Positive(parse.GetValue(BatchSize), "--batch"),
            LearningRate = parse.GetValue(LearningRate),
            Optimizer = parse.GetValue(Optimizer)!,
            WeightDecay = parse.GetValue(WeightDecay),
            Backbone = parse.GetValue(Backbone),
            BackboneRate = parse.GetValue(BackboneRate),
            AverageDecay = parse.GetValue(AverageDecay) is >= 0 and < 1 and var decay ? decay : throw new UserErrorException(ExitCode.Usage, "--ema must be at least 0 and below 1, such as 0.999."),
            Schedule = schedule,
            Weighting = parse.GetValue(Weighting)!,
            Augment = !parse.GetValue(NoAugmentation),
            Seed = parse.GetValue(Seed),
            Minutes = parse.GetValue(Minutes),
            ValidationInterval = Positive(parse.GetValue(ValidationInterval), "--val-every"),
            CheckpointMinutes = parse.GetValue(CheckpointMinutes),
        };
    }

    private static int Positive(int value, string option) =>
        value > 0 ? value : throw new UserErrorException(ExitCode.Usage, $"{option} {value} must be at least 1.");
}
