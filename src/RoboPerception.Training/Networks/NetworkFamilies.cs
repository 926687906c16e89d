using RoboPerception.Core;
using RoboPerception.Training.Networks.Pyramid;
using RoboPerception.Training.Tasks;

namespace RoboPerception.Training.Networks;

/// <summary>A kind of network that can be built by name.</summary>
/// <param name="Name">Name in <c>--network</c>.</param>
/// <param name="Summary">One line for lists.</param>
/// <param name="Options">Names of the options it takes.</param>
/// <param name="Create">Builds it with fresh parameters.</param>
internal sealed record NetworkFamily(
    string Name, string Summary, IReadOnlyList<string> Options, Func<NetworkSpec, IReadOnlyList<TaskDescription>, PerceptionNetwork> Create);

/// <summary>Every network this build can make. A new one is a class and a line here.</summary>
internal static class NetworkFamilies
{
    /// <summary>All families.</summary>
    public static IReadOnlyList<NetworkFamily> All { get; } =
    [
        new(NetworkSpec.Mtan, "Multi-Task Attention Network on SegNet; with one task STAN", ["widths"], (spec, tasks) => new MtanSegNet(spec, tasks)),
        new(NetworkSpec.Stan, "Attention network on SegNet for one task", ["widths"], (spec, tasks) => new MtanSegNet(spec, tasks)),
        new(NetworkSpec.Split, "One SegNet (type=standard, wide or deep), one head per task", ["type", "widths"], (spec, tasks) => new SplitSegNet(spec, tasks)),
        new(NetworkSpec.Dense, "A shared SegNet and one per task that sees its maps", ["widths"], (spec, tasks) => new DenseSegNet(spec, tasks)),
        new(NetworkSpec.CrossStitch, "One SegNet per task with mixed inputs (mode=repository or paper)", ["mode", "widths"], (spec, tasks) => new CrossStitchSegNet(spec, tasks)),
        new(NetworkSpec.Single, "SegNet for one task", ["widths"], (spec, tasks) => new SingleSegNet(spec, tasks)),
        new(SplitResNet.SingleFamily, "Dilated ResNet with a DeepLab head for one task", ResNetNetwork.SharedOptions, (spec, tasks) => new SplitResNet(spec, tasks)),
        new(SplitResNet.SplitFamily, "Dilated ResNet, one DeepLab head per task", ResNetNetwork.SharedOptions, (spec, tasks) => new SplitResNet(spec, tasks)),
        new(MtanResNet.Family, "Multi-Task Attention Network on a dilated ResNet", MtanResNet.OptionNames, (spec, tasks) => new MtanResNet(spec, tasks)),
        new(CrossStitchResNet.Family, "One dilated ResNet per task with mixed maps", ParallelResNet.OptionNames, (spec, tasks) => new CrossStitchResNet(spec, tasks)),
        new(NddrResNet.Family, "NDDR-CNN: one dilated ResNet per task, maps reduced together", ParallelResNet.OptionNames, (spec, tasks) => new NddrResNet(spec, tasks)),
        new(MtiNetFamilies.HrNetFamily, "MTI-Net on HRNet (W18-Small-v2, W32, W48)", MtiNetFamilies.HrNetOptions, MtiNetFamilies.OnHrNet),
        new(MtiNetFamilies.MobileNetFamily, "MTI-Net on MobileNetV2", MtiNetFamilies.MobileNetOptions, MtiNetFamilies.OnMobileNet),
        new(MtiNetFamilies.ResNetFamily, "MTI-Net on a residual network with a feature pyramid", MtiNetFamilies.ResNetOptions, MtiNetFamilies.OnResNet),
        new(LightRefineNet.Family, "Light RefineNet on MobileNetV2", LightRefineNet.OptionNames, (spec, tasks) => new LightRefineNet(spec, tasks)),
        new(PadNet.Family, "PAD-Net on HRNet", PadNet.OptionNames, (spec, tasks) => new PadNet(spec, tasks)),
        new(HrNetBaseline.SplitFamily, "HRNet, one head per task", HrNetBaseline.OptionNames, (spec, tasks) => new HrNetBaseline(spec, tasks)),
        new(HrNetBaseline.SingleFamily, "HRNet for one task", HrNetBaseline.OptionNames, (spec, tasks) => new HrNetBaseline(spec, tasks)),
        new(MtanMobileNet.Family, "Multi-Task Attention Network on MobileNetV2", MtanMobileNet.OptionNames, (spec, tasks) => new MtanMobileNet(spec, tasks)),
    ];

    /// <summary>The family of a name.</summary>
    /// <exception cref="UserErrorException">There is none.</exception>
    public static NetworkFamily Find(string name) => All.FirstOrDefault(family => family.Name == name)
        ?? throw new UserErrorException(ExitCode.Usage, $"Network family '{name}' is unknown; choose one of {string.Join(", ", All.Select(family => family.Name))}.");
}
