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
        new MtiNet(spec, WithLosses(spec, tasks, "absolute", "cosine"), new HrNet(HrNetLayout.Of(spec)));

    public static PerceptionNetwork OnResNet(NetworkSpec spec, IReadOnlyList<TaskDescription> tasks) =>
        new MtiNet(spec, WithLosses(spec, tasks, "absolute", "cosine"), new ResNetPyramid(ResNetLayout.Parse(spec), spec.Number("width", ResNetWidth)));

    public static PerceptionNetwork OnMobileNet(NetworkSpec spec, IReadOnlyList<TaskDescription> tasks)
    {
        var logarithmic = spec.Word(DepthOption, "log", "linear") == "log";
        TaskDescription[] own = [.. tasks.Select(task => task.Kind == TaskKind.Depth && logarithmic ? TaskDescription.LogDepth : task)];
        return new MtiNet(spec, WithLosses(spec, own, "cosine", "absolute"), new MobileNetPyramid(spec.Numbers("widths", MobileWidths)), MobileHead, learnsVariances: true);
    }

    /// <summary>The tasks with the loss of normals that option <c>normals</c> names; the first word is the default.</summary>
    public static IReadOnlyList<TaskDescription> WithLosses(NetworkSpec spec, IReadOnlyList<TaskDescription> tasks, params ReadOnlySpan<string> words)
    {
        var loss = spec.Word(NormalsOption, words) == "absolute" ? NormalsLossKind.Absolute : NormalsLossKind.Cosine;
        return [.. tasks.Select(task => task.Kind == TaskKind.Normals ? task with { NormalsLoss = loss } : task)];
    }
}
