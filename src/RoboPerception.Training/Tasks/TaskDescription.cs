using RoboPerception.Core;
using static TorchSharp.torch;

namespace RoboPerception.Training.Tasks;

/// <summary>
/// Everything the project knows about one task, in one place: network, loss, metric, export and report all read it from here.
/// </summary>
public sealed record TaskDescription
{
    private TaskDescription(OutputKind kind, string key, int channels)
    {
        Kind = kind;
        Key = key;
        Channels = channels;
    }

    /// <summary>What is predicted.</summary>
    public OutputKind Kind { get; }

    /// <summary>Short name in logs, reports and reference files: seg, depth, normal.</summary>
    public string Key { get; }

    /// <summary>Channels of the prediction: classes for segmentation, 1 for depth, 3 for normals.</summary>
    public int Channels { get; }

    /// <summary>The classes; segmentation only.</summary>
    public ClassMap? Classes { get; private init; }

    /// <summary>Whether the head answers the logarithm of the distance: nearby errors then count by their share, and no answer is negative.</summary>
    public bool Logarithmic { get; private init; }

    /// <summary>Depth in metres by way of its logarithm.</summary>
    public static TaskDescription LogDepth { get; } = new(OutputKind.Depth, "depth", 1) { Logarithmic = true };

    /// <summary>Depth in metres, one channel, no activation.</summary>
    public static TaskDescription Depth { get; } = new(OutputKind.Depth, "depth", 1);

    /// <summary>Unit surface normals in the camera frame.</summary>
    public static TaskDescription Normals { get; } = new(OutputKind.Normals, "normal", 3);

    /// <summary>The three tasks of NYU Depth v2 with 13 classes, in the order of the paper.</summary>
    public static IReadOnlyList<TaskDescription> NyuThree { get; } = [Segmentation(ClassMap.Nyu13), Depth, Normals];

    /// <summary>Semantic segmentation into the given classes.</summary>
    public static TaskDescription Segmentation(ClassMap classes)
    {
        ArgumentNullException.ThrowIfNull(classes);
        return new TaskDescription(OutputKind.Segmentation, "seg", classes.Count) { Classes = classes };
    }

    /// <summary>
    /// Raw head (N,C,H,W) to the task's answer: log-probabilities over classes, depth in metres, vectors of unit length.
    /// </summary>
    public Tensor Activate(Tensor raw)
    {
        ArgumentNullException.ThrowIfNull(raw);
        return Kind switch
        {
            OutputKind.Segmentation => nn.functional.log_softmax(raw, 1),
            OutputKind.Normals => UnitLength(raw),
            _ => Logarithmic ? raw.exp() : raw,
        };
    }

    /// <summary>The training loss of an activated prediction; a scalar tensor. See <see cref="TaskLosses"/>.</summary>
    public Tensor Loss(Tensor prediction, Tensor target) => Kind switch
    {
        OutputKind.Segmentation => TaskLosses.Segmentation(prediction, target),
        OutputKind.Normals => TaskLosses.Normals(prediction, target),
        _ => Logarithmic ? TaskLosses.LogDepth(prediction, target) : TaskLosses.Depth(prediction, target),
    };

    /// <summary>A meter for one pass over a validation set.</summary>
    public ITaskMeter CreateMeter() => Kind switch
    {
        OutputKind.Segmentation => new SegmentationMeter(Channels),
        OutputKind.Normals => new NormalsMeter(),
        _ => new DepthMeter(),
    };

    // The reference divides without an epsilon; 1e-12 under the root changes nothing at lengths that occur and keeps the
    // gradient finite at exactly zero.
    private static Tensor UnitLength(Tensor raw) => raw / (raw * raw).sum([1L], keepdim: true).add(1e-12).sqrt();
}
