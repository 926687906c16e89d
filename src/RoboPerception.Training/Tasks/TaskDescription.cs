using RoboPerception.Core;
using static TorchSharp.torch;

namespace RoboPerception.Training.Tasks;

/// <summary>
/// Everything the project knows about one task, in one place: network, loss, metric, export and report all read it from here.
/// </summary>
internal sealed record TaskDescription
{
    /// <summary>Where a logarithmic depth head starts: exp(1) = 2.7 m is the mean distance in rooms.</summary>
    public const double InitialLogDepth = 1;

    // e^80 and e^-80 are still float32, with room for the products of a gradient.
    private const double LargestLogDepth = 80;

    private TaskDescription(TaskKind kind, string key, int channels)
    {
        Kind = kind;
        Key = key;
        Channels = channels;
    }

    /// <summary>What is predicted.</summary>
    public TaskKind Kind { get; }

    /// <summary>Short name in logs, reports and reference files of MTAN: seg, depth, normal, edge, sal, human_parts.</summary>
    public string Key { get; }

    /// <summary>Name in the state dictionaries and reference files of MTI-Net: semseg, depth, normals, edge, sal, human_parts.</summary>
    public string MtiKey => Kind switch
    {
        TaskKind.Segmentation => "semseg",
        TaskKind.Normals => "normals",
        _ => Key,
    };

    /// <summary>
    /// The output of the model contract that carries the prediction, or null: such a task is trained and measured, but an exported model leaves
    /// it out.
    /// </summary>
    public OutputKind? Output => Kind switch
    {
        TaskKind.Segmentation => OutputKind.Segmentation,
        TaskKind.Depth => OutputKind.Depth,
        TaskKind.Normals => OutputKind.Normals,
        _ => null,
    };

    /// <summary>Channels of the prediction: classes for segmentation and human parts, 3 for normals, 1 for the others.</summary>
    public int Channels { get; private init; }

    /// <summary>The classes; segmentation and human parts only.</summary>
    public ClassMap? Classes { get; private init; }

    /// <summary>Whether a smaller main metric is better (the direction in the multi-task gain): depth error and normal angle.</summary>
    public bool LowerIsBetter => Kind is TaskKind.Depth or TaskKind.Normals;

    /// <summary>Whether the head predicts the logarithm of the distance: nearby errors then count by their share, and no prediction is negative.</summary>
    public bool Logarithmic { get; init; }

    /// <summary>The loss of depth; other tasks ignore it.</summary>
    public DepthLossKind DepthLoss { get; init; }

    /// <summary>The loss of normals; other tasks ignore it.</summary>
    public NormalsLossKind NormalsLoss { get; init; }

    /// <summary>Weight of edge pixels in the loss of edges, 0 to 1; other tasks ignore it.</summary>
    public double EdgeWeight { get; init; } = TaskLosses.EdgeWeight;

    /// <summary>Depth in metres by way of its logarithm.</summary>
    public static TaskDescription LogDepth { get; } = new(TaskKind.Depth, "depth", 1) { Logarithmic = true };

    /// <summary>Depth in metres, one channel, no activation.</summary>
    public static TaskDescription Depth { get; } = new(TaskKind.Depth, "depth", 1);

    /// <summary>Unit surface normals in the camera frame.</summary>
    public static TaskDescription Normals { get; } = new(TaskKind.Normals, "normal", 3);

    /// <summary>Object boundaries, one logit.</summary>
    public static TaskDescription Edges { get; } = new(TaskKind.Edges, "edge", 1);

    /// <summary>Salient objects, one logit.</summary>
    public static TaskDescription Saliency { get; } = new(TaskKind.Saliency, "sal", 1);

    /// <summary>Background and six parts of people (PASCAL).</summary>
    public static TaskDescription HumanParts { get; } = new(TaskKind.HumanParts, "human_parts", TaskClasses.HumanParts.Count) { Classes = TaskClasses.HumanParts };

    /// <summary>The three tasks of NYU Depth v2 with 13 classes, in the order of the paper.</summary>
    public static IReadOnlyList<TaskDescription> NyuThree { get; } = [Segmentation(ClassMap.Nyu13), Depth, Normals];

    /// <summary>Parts of people in a set of another size, background first.</summary>
    public static TaskDescription PartsOf(ClassMap classes)
    {
        ArgumentNullException.ThrowIfNull(classes);
        return HumanParts with { Classes = classes, Channels = classes.Count };
    }

    /// <summary>Semantic segmentation into the given classes; see <see cref="TaskClasses"/>.</summary>
    public static TaskDescription Segmentation(ClassMap classes)
    {
        ArgumentNullException.ThrowIfNull(classes);
        return new TaskDescription(TaskKind.Segmentation, "seg", classes.Count) { Classes = classes };
    }

    /// <summary>
    /// Raw head (N,C,H,W) to the task's prediction: log-probabilities over classes, depth in metres, vectors of unit length. Edges and saliency
    /// stay logits, because their loss is exact only there.
    /// </summary>
    public Tensor Activate(Tensor raw)
    {
        ArgumentNullException.ThrowIfNull(raw);

        // Three digits are too few for the sums of a softmax and for a loss.
        raw = raw.dtype == ScalarType.BFloat16 ? raw.to(float32) : raw;
        return Kind switch
        {
            TaskKind.Segmentation or TaskKind.HumanParts => nn.functional.log_softmax(raw, 1),
            TaskKind.Normals => UnitLength(raw),
            TaskKind.Depth when Logarithmic => Bounded(raw).exp(),
            _ => raw,
        };
    }

    // A head that has just begun can be far off at some pixel, where e^raw is 0 or infinite in float32 and so is the loss, which takes the logarithm again. The value is
    // held within the bounds and the gradient is not, so that such a pixel is pulled back; within the bounds nothing changes, to the last bit.
    private static Tensor Bounded(Tensor raw) => raw - (raw - raw.clamp(HeldScalar.Of(-LargestLogDepth), HeldScalar.Of(LargestLogDepth))).detach();

    /// <summary>The training loss of an activated prediction; a scalar tensor. See <see cref="TaskLosses"/> and <see cref="DepthLosses"/>.</summary>
    public Tensor Loss(Tensor prediction, Tensor target) => Kind switch
    {
        TaskKind.Segmentation or TaskKind.HumanParts => TaskLosses.Segmentation(prediction, target),
        TaskKind.Normals => NormalsLoss switch
        {
            NormalsLossKind.Absolute => TaskLosses.NormalsAbsolute(prediction, target),
            NormalsLossKind.Chord => TaskLosses.NormalsChord(prediction, target),
            _ => TaskLosses.Normals(prediction, target),
        },
        TaskKind.Edges => TaskLosses.Edges(prediction, target, EdgeWeight),
        TaskKind.Saliency => TaskLosses.Saliency(prediction, target),
        _ => DepthLosses.Of(DepthLoss, Logarithmic, prediction, target),
    };

    /// <summary>Whether both heads' numbers mean the same, whatever they are trained with: metres are not logarithms, though their shapes fit.</summary>
    public bool PredictionsLike(TaskDescription other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return (Kind, Channels, Logarithmic) == (other.Kind, other.Channels, other.Logarithmic);
    }

    /// <summary>The same task with one channel more in its prediction: shows which layers of a network depend on it.</summary>
    internal TaskDescription Widened() => this with { Channels = Channels + 1 };

    /// <summary>A meter for one pass over a validation set.</summary>
    /// <param name="edgeTolerance">How far an edge may lie from that of the ground truth, as a share of the image's diagonal; each data set has its own.</param>
    public ITaskMeter CreateMeter(double edgeTolerance = EdgeMeter.NyuTolerance) => Kind switch
    {
        TaskKind.Segmentation => new SegmentationMeter(Channels),
        TaskKind.HumanParts => SegmentationMeter.OfHumanParts(),
        TaskKind.Normals => new NormalsMeter(),
        TaskKind.Edges => new EdgeMeter(edgeTolerance),
        TaskKind.Saliency => new SaliencyMeter(),
        _ => new DepthMeter(),
    };

    // The reference divides without an epsilon; 1e-12 under the root changes nothing at lengths that occur and keeps the
    // gradient finite at exactly zero.
    private static Tensor UnitLength(Tensor raw) => raw / (raw * raw).sum([1L], keepdim: true).Plus(1e-12).sqrt();
}
