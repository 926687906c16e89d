using System.Text.Json.Serialization;
using RoboPerception.Training.Optimisation;
using RoboPerception.Training.Tasks;

namespace RoboPerception.Training.Reports;

/// <summary>What a report page shows: one run, or several side by side.</summary>
/// <param name="Runs">The runs, the first is what others are compared with.</param>
/// <param name="Live">Whether the page asks its server for news.</param>
internal sealed record ReportData(IReadOnlyList<RunData> Runs, bool Live = false)
{
    /// <summary>Figures that have a name for people, and how to write them.</summary>
    public IReadOnlyDictionary<string, MetricLabel> Metrics { get; init; } = MetricLabel.ByName;
}

/// <summary>One run as a report shows it.</summary>
internal sealed record RunData
{
    /// <summary>Name of its folder.</summary>
    public required string Name { get; init; }

    /// <summary>Where it stands, with its recipe.</summary>
    public required TrainingState State { get; init; }

    /// <summary>Where it stood when it was best; null before the first validation.</summary>
    public TrainingState? Best { get; init; }

    /// <summary>Its epochs.</summary>
    public required IReadOnlyList<EpochLog> Log { get; init; }

    /// <summary>Keys of the tasks of the recipe.</summary>
    public required IReadOnlyList<string> Tasks { get; init; }

    /// <summary>The best checkpoint on the validation images; null without them, or while the run goes on.</summary>
    public RunDetails? Details { get; init; }

    /// <summary>Images to look at; empty in a comparison.</summary>
    public IReadOnlyList<GalleryImage> Gallery { get; init; } = [];
}

/// <summary>What the best checkpoint of a run does on the validation images.</summary>
internal sealed record RunDetails
{
    /// <summary>Name of the file with it, beside the page: comparisons read it.</summary>
    public const string FileName = "report.json";

    /// <summary>Epoch of the checkpoint.</summary>
    public int Epoch { get; init; }

    /// <summary>Validation images.</summary>
    public int Images { get; init; }

    /// <summary>Trainable values of the network.</summary>
    public long Parameters { get; init; }

    /// <summary>10^9 multiplications with addition for one image; 0 where the size cannot be counted.</summary>
    public double GMac { get; init; }

    /// <summary>Every figure by name.</summary>
    public IReadOnlyDictionary<string, double> Metrics { get; init; } = new Dictionary<string, double>();

    /// <summary>The same figures of the best prediction that does not look at the image, see <see cref="ConstantPrediction"/>.</summary>
    public IReadOnlyDictionary<string, double> Constant { get; init; } = new Dictionary<string, double>();

    /// <summary>Classes of the segmentation.</summary>
    public IReadOnlyList<ClassFigure> Classes { get; init; } = [];

    /// <summary>Pixels by true class (rows) and predicted class (columns).</summary>
    public IReadOnlyList<IReadOnlyList<long>> Confusion { get; init; } = [];

    /// <summary>Depth errors by true distance.</summary>
    public IReadOnlyList<DistanceFigure> Depth { get; init; } = [];

    /// <summary>Share of the pixels whose normal is off by so many degrees, one entry a degree; empty without normals.</summary>
    public IReadOnlyList<double> Angles { get; init; } = [];
}

/// <summary>One class of the validation images.</summary>
internal sealed record ClassFigure(string Name, string Colour, double Iou, double Share);

/// <summary>An image of the gallery: data addresses of images.</summary>
internal sealed record GalleryImage(string Kind, int Image, double Score, string Photograph, IReadOnlyList<GalleryTask> Tasks);

/// <summary>One task of an image of the gallery.</summary>
internal sealed record GalleryTask(string Key, string Figure, string GroundTruth, string Prediction, string Error);

/// <summary>JSON of report pages, generated at build time. NaN becomes the string "NaN".</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(ReportData))]
[JsonSerializable(typeof(RunDetails))]
internal sealed partial class ReportJson : JsonSerializerContext;
