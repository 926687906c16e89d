using System.Text.Json.Serialization;
using RoboPerception.Core;

namespace RoboPerception.Training.Optimisation;

/// <summary>A recipe: everything that decides the curve of a run besides the data.</summary>
internal sealed record TrainingOptions
{
    /// <summary>Network in text form, see <see cref="Networks.NetworkSpec"/>.</summary>
    public required string Network { get; init; }

    /// <summary>Keys of the tasks, separated by commas, such as <c>depth</c>; null = the three of NYU Depth v2.</summary>
    public string? Tasks { get; init; }

    /// <summary>Rows of the images, and of the exported model.</summary>
    public required int Height { get; init; }

    /// <summary>Columns of the images.</summary>
    public required int Width { get; init; }

    /// <summary>How images of another shape are brought to that size.</summary>
    [JsonConverter(typeof(JsonStringEnumConverter<ResizeFit>))]
    public ResizeFit Fit { get; init; } = ResizeFit.Stretch;

    /// <summary>Rows and columns of the images per row and column that the network sees, see <see cref="Networks.PerceptionNetwork.ImageScale"/>.</summary>
    public int ImageScale { get; init; } = 1;

    /// <summary>Rows of the random crops of the first part of the run; 0 = whole images throughout.</summary>
    public int CropHeight { get; init; }

    /// <summary>Columns of the random crops.</summary>
    public int CropWidth { get; init; }

    /// <summary>Share of the run that trains on crops.</summary>
    public double CropFraction { get; init; }

    /// <summary>Passes over the data.</summary>
    public int Epochs { get; init; } = 200;

    /// <summary>Steps after which the run ends, in the middle of an epoch if need be; 0 = with the last epoch. Schedules follow the shorter of the two.</summary>
    public long Steps { get; init; }

    /// <summary>Images per step.</summary>
    public int BatchSize { get; init; } = 2;

    /// <summary>Base learning rate.</summary>
    public double LearningRate { get; init; } = 1e-4;

    /// <summary>adam, adamw, sgd or nesterov.</summary>
    public string Optimizer { get; init; } = "adam";

    /// <summary>Weight decay of adamw.</summary>
    public double WeightDecay { get; init; } = 0.01;

    /// <summary>L2 penalty of adam, sgd and nesterov: a multiple of every parameter in its gradient.</summary>
    public double L2Penalty { get; init; }

    /// <summary>Momentum of sgd and nesterov.</summary>
    public double Momentum { get; init; } = 0.9;

    /// <summary>Largest length of the whole gradient; longer ones are shortened to it. 0 = no limit.</summary>
    public double MaxGradientNorm { get; init; }

    /// <summary>Steps over which the learning rate rises to the schedule's.</summary>
    public int WarmUpSteps { get; init; }

    /// <summary>File the backbone was filled from; null = fresh parameters.</summary>
    public string? Backbone { get; init; }

    /// <summary>Learning rate of the backbone as a share of the base rate.</summary>
    public double BackboneLearningRateFactor { get; init; } = 1;

    /// <summary>Share of the moving average of the parameters that one step keeps, such as 0.999; 0 = no average. See <see cref="AveragedWeights"/>.</summary>
    public double EmaDecay { get; init; }

    /// <summary>float32, or bfloat16 for passes and gradients while the optimiser moves float32 parameters (<see cref="WorkingCopy"/>).</summary>
    public string Precision { get; init; } = "float32";

    /// <summary>
    /// Whether batch norm works with its running statistics, as in use, instead of those of the batch; its scale and shift still learn. For
    /// the end of a training: whatever the network had learnt to read from the rest of its batch it then learns to do without.
    /// </summary>
    public bool FreezeBatchNorm { get; init; }

    /// <summary>Checkpoints or exported models whose predictions are learnt beside the ground truth (<see cref="Teacher"/>); null = none.</summary>
    public IReadOnlyList<string>? Teachers { get; init; }

    /// <summary>Their share in the loss of every task that they predict.</summary>
    public double TeacherWeight { get; init; } = 0.5;

    /// <summary>See <see cref="LearningRateSchedule"/>.</summary>
    public string Schedule { get; init; } = "step";

    /// <summary>See <see cref="Weighting.TaskWeightings"/>.</summary>
    public string Weighting { get; init; } = "equal";

    /// <summary>Random views and colours.</summary>
    public bool Augment { get; init; } = true;

    /// <summary>Random brightness, contrast and colour, if there are random views at all.</summary>
    public bool ColourJitter { get; init; } = true;

    /// <summary>Largest random turn of a view in degrees; 0 = that of the data set's rule.</summary>
    public double Rotation { get; init; }

    /// <summary>Zooms of the views to choose from, as <see cref="Data.AugmentationRule.Zooms"/>; null = those of the data set's rule.</summary>
    public IReadOnlyList<double>? Zooms { get; init; }

    /// <summary>Seed of parameters, order and views.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>
    /// Wall-clock limit of the run in minutes; 0 = none. With a limit the schedule follows the clock, so that the rate reaches its end in time;
    /// such a run does not repeat bit by bit.
    /// </summary>
    public double Minutes { get; init; }

    /// <summary>Epochs between two validations; the last epoch is always validated.</summary>
    public int ValidationInterval { get; init; } = 1;

    /// <summary>Minutes between two checkpoints inside an epoch.</summary>
    public double CheckpointMinutes { get; init; } = 5;

    /// <summary>Validations without a better one after which the run ends; 0 = never.</summary>
    public int Patience { get; init; }

    /// <summary>
    /// Metrics of the single-task networks by name (as in <c>log.jsonl</c>): the best checkpoint is then the one with the largest multi-task
    /// gain over them. Null = the one with the best <see cref="Evaluator.Score"/>.
    /// </summary>
    public IReadOnlyDictionary<string, double>? Baseline { get; init; }
}
