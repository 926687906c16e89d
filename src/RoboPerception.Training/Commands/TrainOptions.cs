using System.CommandLine;
using RoboPerception.Training.Data;
using RoboPerception.Training.Optimisation;
using RoboPerception.Training.Weighting;

namespace RoboPerception.Training.Commands;

/// <summary>Options of one kind, as help and experiment files show them.</summary>
/// <param name="Title">What they are about.</param>
/// <param name="Options">The options, those that are set most often first.</param>
internal sealed record OptionGroup(string Title, IReadOnlyList<Option> Options);

/// <summary>The options of <c>train</c>, in groups.</summary>
internal static class TrainOptions
{
    private static readonly TrainingOptions Defaults = new() { Network = "mtan-segnet", Height = 288, Width = 384 };

    public static Option<string?> Config { get; } = Experiment.ConfigOption();
    public static Option<string?> Preset { get; } = new("--preset") { Description = $"Experiment that comes with the program: {string.Join(", ", Presets.Names)}" };
    public static Option<string?> TaskKeys { get; } = new("--tasks") { Description = "Keys of the tasks to train, e.g. depth; by default seg,depth,normal. Known are seg2, seg7, seg13 (or seg), seg19, seg21, seg40, rooms2, rooms7, rooms19 (made of 13 classes), depth, logdepth, depth-berhu (inverse Huber loss), depth-silog (scale-invariant loss of logarithms), normal, normal-chord (the same with a loss close to the angle), edge, sal, human_parts" };
    public static Option<string> Network { get; } = new("--network") { Description = "Family and widths, e.g. mtan-segnet:widths=16,32,64,128,128", DefaultValueFactory = _ => Defaults.Network };
    public static Option<string?> Data { get; } = new("--data") { Description = DataArguments.DataHelp };
    public static Option<string?> Ids { get; } = DataArguments.Ids("--ids", "Training images");
    public static Option<string?> ValidationIds { get; } = DataArguments.Ids("--val-ids", "Validation images ('none' to skip validation)");
    public static Option<int> Classes { get; } = DataArguments.Classes();
    public static Option<int> Limit { get; } = new("--limit") { Description = "At most so many training images, and a quarter as many for validation; 0 = all" };
    public static Option<string> Damaged { get; } = DataArguments.Damaged();
    public static Option<int> LoaderThreads { get; } = DataArguments.LoaderThreads();
    public static Option<bool> Streamed { get; } = DataArguments.Stream();
    public static Option<bool> CacheScenes { get; } = new("--cache-scenes") { Description = "Render the rooms of scene://samples once and show them again in every epoch" };
    public static Option<string?> Mix { get; } = new("--mix") { Description = "A second set that is mixed into the training images, such as rendered rooms: written as --data is" };
    public static Option<double> MixFraction { get; } = new("--mix-fraction") { Description = "Share of --mix in an epoch", DefaultValueFactory = _ => 0.25 };
    public static Option<string?> Unlabelled { get; } = new("--unlabelled") { Description = "Photographs without ground truth that are shown beside --data and learnt from the predictions of --teacher alone: a film, or a folder of images" };
    public static Option<double> UnlabelledFraction { get; } = new("--unlabelled-fraction") { Description = "Share of --unlabelled in an epoch", DefaultValueFactory = _ => 0.25 };
    public static Option<int> UnlabelledStride { get; } = new("--unlabelled-stride") { Description = "Of a film, every so many-th frame", DefaultValueFactory = _ => 5 };
    public static Option<string?> Out { get; } = new("--out") { Description = "Folder for checkpoints, log and report" };
    public static Option<string> Size { get; } = new("--size") { Description = "HEIGHTxWIDTH of the images", DefaultValueFactory = _ => "288x384" };
    public static Option<string> Fit { get; } = DataArguments.Fit();
    public static Option<int> Downscale { get; } = new("--downscale") { Description = "The network sees the images at 1/N of their size (means of NxN squares), and its predictions are enlarged to the images' size", DefaultValueFactory = _ => Defaults.ImageScale };
    public static Option<string?> Crop { get; } = new("--crop") { Description = "HEIGHTxWIDTH of random crops for the first part of the run" };
    public static Option<double> CropFraction { get; } = new("--crop-fraction") { Description = "Share of the run that trains on crops", DefaultValueFactory = _ => 0.6 };
    public static Option<int> Epochs { get; } = new("--epochs") { Description = "Passes over the data", DefaultValueFactory = _ => Defaults.Epochs };
    public static Option<long> Steps { get; } = new("--steps") { Description = "Steps after which the run ends, whatever --epochs says; 0 = with the last epoch" };
    public static Option<int> BatchSize { get; } = new("--batch") { Description = "Images per step", DefaultValueFactory = _ => Defaults.BatchSize };
    public static Option<double> LearningRate { get; } = new("--lr") { Description = "Base learning rate", DefaultValueFactory = _ => Defaults.LearningRate };
    public static Option<string> Optimizer { get; } = new("--optimizer") { Description = string.Join(", ", Optimizers.Names), DefaultValueFactory = _ => Defaults.Optimizer };
    public static Option<double> WeightDecay { get; } = new("--weight-decay") { Description = "Weight decay of adamw", DefaultValueFactory = _ => Defaults.WeightDecay };
    public static Option<double> L2Penalty { get; } = new("--l2") { Description = "L2 penalty of adam, sgd and nesterov" };
    public static Option<double> Momentum { get; } = new("--momentum") { Description = "Momentum of sgd and nesterov", DefaultValueFactory = _ => Defaults.Momentum };
    public static Option<double> MaxGradientNorm { get; } = new("--max-gradient-norm") { Description = "Largest norm of the gradient; 0 = no limit" };
    public static Option<int> WarmUpSteps { get; } = new("--warm-up") { Description = "Steps over which the learning rate rises to the schedule's" };
    public static Option<int> Patience { get; } = new("--patience") { Description = "Validations without a better one after which the run ends; 0 = never" };
    public static Option<string?> Baseline { get; } = new("--baseline") { Description = "JSON of single-task metrics (evaluate --json): the best checkpoint is then the one with the largest multi-task gain (delta-m) over them, one main metric a task" };
    public static Option<string?> Backbone { get; } = new("--backbone") { Description = "Pre-trained weights of the backbone: a safetensors or PyTorch file with torchvision's names, or a checkpoint of any network with the same backbone (.ckpt)" };
    public static Option<double> BackboneLearningRateFactor { get; } = new("--backbone-lr-factor") { Description = "Learning rate of the backbone as a share of --lr", DefaultValueFactory = _ => Defaults.BackboneLearningRateFactor };
    public static Option<double> EmaDecay { get; } = new("--ema") { Description = "Decay of the moving average of the parameters that is validated and kept as best, e.g. 0.999; 0 = none" };
    public static Option<string> Precision { get; } = new("--precision") { Description = "float32, or bfloat16 for passes and gradients (parameters stay float32): for GPUs that compute faster in it", DefaultValueFactory = _ => Defaults.Precision };
    public static Option<bool> FreezeBatchNorm { get; } = new("--freeze-batch-norm") { Description = "Batch norm with the running statistics of --init instead of those of each batch, for the end of a training" };
    public static Option<string[]> Teachers { get; } = new("--teacher") { Description = "Checkpoint or exported model whose predictions are learnt beside the ground truth; may be given several times, then it is their mean" };
    public static Option<double> TeacherWeight { get; } = new("--teacher-weight") { Description = "Share of the teachers in the loss of the tasks that they predict", DefaultValueFactory = _ => Defaults.TeacherWeight };
    public static Option<string> Schedule { get; } = new("--schedule") { Description = string.Join(", ", LearningRateSchedule.Names), DefaultValueFactory = _ => Defaults.Schedule };
    public static Option<string> Weighting { get; } = new("--weighting") { Description = string.Join(", ", TaskWeightings.Names), DefaultValueFactory = _ => Defaults.Weighting };
    public static Option<bool> NoAugmentation { get; } = new("--no-augmentation") { Description = "Whole images as they are" };
    public static Option<bool> NoColourJitter { get; } = new("--no-colour-jitter") { Description = "Views keep the brightness, contrast and colour of their images" };
    public static Option<double> Rotation { get; } = new("--rotation") { Description = "Largest random turn of training views in degrees, normals turn along; 0 = what the data set's paper uses" };
    public static Option<string?> Zooms { get; } = new("--zooms") { Description = "Zooms of training views to choose from, such as 1,1,1.2, where 1 is the scale of the images; depth is divided along. By default what the data set's paper uses (MTAN: 1,1.2,1.5)" };
    public static Option<int> Seed { get; } = new("--seed") { Description = "Seed of parameters, order and views", DefaultValueFactory = _ => Defaults.Seed };
    public static Option<double> Minutes { get; } = new("--minutes") { Description = "Wall-clock limit; the schedule then follows the clock" };
    public static Option<double> CheckpointMinutes { get; } = new("--checkpoint-minutes") { Description = "Minutes between checkpoints inside an epoch", DefaultValueFactory = _ => Defaults.CheckpointMinutes };
    public static Option<int> ValidationInterval { get; } = new("--val-every") { Description = "Epochs between two validations", DefaultValueFactory = _ => Defaults.ValidationInterval };
    public static Option<int> Threads { get; } = new("--threads") { Description = "Threads of libtorch; 0 leaves its default" };
    public static Option<string> DeviceName { get; } = new("--device") { Description = "cpu or cuda", DefaultValueFactory = _ => "cpu" };
    public static Option<string?> Init { get; } = new("--init") { Description = "Checkpoint (.ckpt) or exported model (.onnx) whose parameters are the starting point" };
    public static Option<bool> NewHeads { get; } = new("--new-heads") { Description = "With --init: tasks that the file predicts with other classes, or in metres instead of logarithms, start with fresh last layers instead of being refused" };
    public static Option<bool> ResumeFlag { get; } = new("--resume") { Description = "Go on from last.ckpt of --out; its recipe is used and the other recipe options are ignored" };
    public static Option<bool> DryRun { get; } = new("--dry-run") { Description = "Tell what would be trained: the recipe with every default, parameters, operations, memory and steps; nothing is written" };
    public static Option<int?> Watch { get; } = ReportCommand.Watch();

    /// <summary>Every option once.</summary>
    public static IReadOnlyList<OptionGroup> Groups { get; } =
    [
        new("Run", [Data, Out, Preset, Config, DryRun, Watch, ResumeFlag]),
        new("Data", [Size, Fit, Ids, ValidationIds, Classes, Limit, Streamed, CacheScenes, Mix, MixFraction, Unlabelled, UnlabelledFraction, UnlabelledStride, Damaged]),
        new("Network", [Network, TaskKeys, Backbone, BackboneLearningRateFactor, Init, NewHeads, Downscale, Teachers, TeacherWeight]),
        new("Schedule", [Epochs, Steps, BatchSize, LearningRate, Optimizer, Schedule, Weighting, Minutes, Seed, WarmUpSteps, WeightDecay, L2Penalty, Momentum, MaxGradientNorm, EmaDecay, FreezeBatchNorm, ValidationInterval, Patience, Baseline]),
        new("Augmentation", [NoAugmentation, Zooms, Rotation, NoColourJitter, Crop, CropFraction]),
        new("Machine", [DeviceName, Threads, LoaderThreads, Precision, CheckpointMinutes]),
    ];

    /// <summary>What an experiment file of a run leaves out: where it went and how it was watched.</summary>
    public static IReadOnlyList<Option> NotOfTheExperiment { get; } = [Out, Preset, Config, DryRun, Watch, ResumeFlag];
}
