using RoboPerception.Training.Tasks;

namespace RoboPerception.Training.Networks.Pyramid;

/// <summary>MTI-Net on its trunks.</summary>
internal static class MtiNetFamilies
{
    /// <summary>Name on HRNet.</summary>
    public const string HrNetFamily = "mtinet-hrnet";

    /// <summary>Name on MobileNetV2.</summary>
    public const string MobileNetFamily = "mtinet-mobilenetv2";

    /// <summary>Name on a residual network with a feature pyramid.</summary>
    public const string ResNetFamily = "mtinet-resnet";

    public const string NormalsOption = "normals";
    private const string DepthOption = "depth";

    // 5.6 GMAC at 288x384.
    private static readonly int[] MobileWidths = [24, 48, 96, 160];
    private const int MobileHead = 128;
    private const int ResNetWidth = 128;

    public static IReadOnlyList<string> HrNetOptions { get; } = [.. HrNetLayout.OptionNames, .. MtiNet.OptionNames, NormalsOption, PyramidNetwork.InputOption];

    public static IReadOnlyList<string> MobileNetOptions { get; } = ["widths", .. MtiNet.OptionNames, NormalsOption, DepthOption];

    public static IReadOnlyList<string> ResNetOptions { get; } = [.. ResNetLayout.OptionNames, "width", .. MtiNet.OptionNames, NormalsOption, PyramidNetwork.InputOption];

    public static PerceptionNetwork OnHrNet(NetworkSpec spec, IReadOnlyList<TaskDescription> tasks) =>
        new MtiNet(spec, tasks, task => WithLoss(spec, task), new HrNet(HrNetLayout.Of(spec)));

    public static PerceptionNetwork OnResNet(NetworkSpec spec, IReadOnlyList<TaskDescription> tasks) =>
        new MtiNet(spec, tasks, task => WithLoss(spec, task), new ResNetPyramid(ResNetLayout.Parse(spec), spec.Number("width", ResNetWidth)));

    public static PerceptionNetwork OnMobileNet(NetworkSpec spec, IReadOnlyList<TaskDescription> tasks)
    {
        var logarithmic = spec.Word(DepthOption, "log", "linear") == "log";
        return new MtiNet(spec, tasks, Adapt, new MobileNetPyramid(spec.Numbers("widths", MobileWidths)), MobileHead, learnsVariances: true);

        TaskDescription Adapt(TaskDescription task) => task.Kind == TaskKind.Depth && logarithmic ? task with { Logarithmic = true } : WithLoss(spec, task, NormalsLossKind.Cosine);
    }

    /// <summary>The task; normals with the loss that option <c>normals</c> names, <c>absolute</c> or <c>cosine</c>, unless the task asks for the chord.</summary>
    public static TaskDescription WithLoss(NetworkSpec spec, TaskDescription task, NormalsLossKind otherwise = NormalsLossKind.Absolute)
    {
        const string absolute = "absolute", cosine = "cosine";
        var word = otherwise == NormalsLossKind.Absolute ? spec.Word(NormalsOption, absolute, cosine) : spec.Word(NormalsOption, cosine, absolute);
        return task is { Kind: TaskKind.Normals, NormalsLoss: not NormalsLossKind.Chord } ? task with { NormalsLoss = word == absolute ? NormalsLossKind.Absolute : NormalsLossKind.Cosine } : task;
    }
}
