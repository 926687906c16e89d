using System.Text.Json.Serialization;
using RoboPerception.Messaging;
using RoboPerception.Node.Remote;
using RoboPerception.Node.Web.Live;

namespace RoboPerception.Node.Web;

/// <summary><c>/api/node</c>: everything on the page that is not pixels.</summary>
internal sealed record NodeDocument
{
    /// <summary>State of the node.</summary>
    public required string State { get; init; }

    /// <summary>As published.</summary>
    public required DescriptionDocument Description { get; init; }

    /// <summary>As published.</summary>
    public required HealthDocument Health { get; init; }

    /// <summary>As published; null in the first second.</summary>
    public MetricsDocument? Metrics { get; init; }

    /// <summary>Classes of the segmentation; null if the model has none.</summary>
    public LabelsDocument? Labels { get; init; }

    /// <summary>The model's own description.</summary>
    public required ModelCard Model { get; init; }

    /// <summary>Names of the stages in order.</summary>
    public required IReadOnlyList<string> Stages { get; init; }

    /// <summary>What the page may change; null = nothing.</summary>
    public ControlDocument? Control { get; init; }

    /// <summary>Whether the node keeps recordings that can be listed.</summary>
    public bool Recordings { get; init; }

    /// <summary>Browsers that watch frames now.</summary>
    public int Viewers { get; init; }

    /// <summary>The last lines of the log.</summary>
    public required IReadOnlyList<string> Log { get; init; }
}

/// <summary>What a model file says about itself.</summary>
/// <param name="Name">Release name.</param>
/// <param name="Id">First 16 hex digits of the file's SHA-256.</param>
/// <param name="Architecture">Network specification.</param>
/// <param name="DataSet">Training data.</param>
/// <param name="Licence">Licence of the weights.</param>
/// <param name="TrainingCommit">Commit of the code that trained it.</param>
/// <param name="Width">Pixels per row of its grid.</param>
/// <param name="Height">Rows.</param>
/// <param name="RangeMetres">Nearest and farthest depth in training; null if unknown.</param>
/// <param name="Metrics">On its validation split.</param>
internal sealed record ModelCard(
    string Name, string Id, string Architecture, string DataSet, string Licence, string TrainingCommit, int Width, int Height, IReadOnlyList<double>? RangeMetres, IReadOnlyDictionary<string, double> Metrics);

/// <summary>Generated writers: no reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DictionaryKeyPolicy = JsonKnownNamingPolicy.Unspecified, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(NodeDocument))]
[JsonSerializable(typeof(FrameMessageHeader))]
[JsonSerializable(typeof(IReadOnlyList<ListedRecording>))]
[JsonSerializable(typeof(IReadOnlyList<HistorySample>))]
internal sealed partial class WebJson : JsonSerializerContext;
