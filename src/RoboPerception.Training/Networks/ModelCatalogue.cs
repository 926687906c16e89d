using RoboPerception.Training.Networks.Pyramid;
using RoboPerception.Training.Tasks;

namespace RoboPerception.Training.Networks;

/// <summary>One network of the comparison table.</summary>
/// <param name="Label">What the papers call it.</param>
/// <param name="Spec">How it is built.</param>
/// <param name="Baseline">The single-task network that it is measured against.</param>
/// <param name="PaperShare">The paper's #P, size in single-task networks, or null where it prints none.</param>
/// <param name="Tasks">How many of segmentation, depth and normals it predicts.</param>
internal sealed record CatalogueEntry(string Label, string Spec, string Baseline, string? PaperShare, int Tasks = 3);

/// <summary>The networks that the comparison table lists, smaller relatives beside the published ones. A new family adds its rows here.</summary>
internal static class ModelCatalogue
{
    private const string SegNet = NetworkSpec.Single;
    private const string ResNet = SplitResNet.SingleFamily;

    /// <summary>All rows, in the order of the table.</summary>
    public static IReadOnlyList<CatalogueEntry> Entries { get; } =
    [
        new("SegNet, one task", NetworkSpec.Single, SegNet, "3 (three)", 1),
        new("STAN", NetworkSpec.Stan, SegNet, "4.56 (three)", 1),
        new("Split, standard", NetworkSpec.Split, SegNet, null),
        new("Split, wide", NetworkSpec.Split + ":type=wide", SegNet, "1.75"),
        new("Split, deep", NetworkSpec.Split + ":type=deep", SegNet, "2"),
        new("Dense", NetworkSpec.Dense, SegNet, "4.95"),
        new("Cross-stitch", NetworkSpec.CrossStitch, SegNet, "3"),
        new("Cross-stitch, K x K", NetworkSpec.CrossStitch + ":mode=paper", SegNet, "3"),
        new("MTAN", NetworkSpec.Mtan, SegNet, "1.77"),
        new("MTAN, quarter", NetworkSpec.Mtan + ":widths=16,32,64,128,128", SegNet + ":widths=16,32,64,128,128", null),
        new("MTAN, half", NetworkSpec.Mtan + ":widths=32,64,128,256,256", SegNet + ":widths=32,64,128,256,256", null),
        new("ResNet-50, one task", ResNet, ResNet, null, 1),
        new("ResNet-50, split", SplitResNet.SplitFamily, ResNet, null),
        new("ResNet-50, MTAN", MtanResNet.Family, ResNet, null),
        new("ResNet-50, cross-stitch", CrossStitchResNet.Family, ResNet, null),
        new("ResNet-50, NDDR-CNN", NddrResNet.Family, ResNet, null),
        new("ResNet-18, one task", ResNet + ":depth=18", ResNet + ":depth=18", null, 1),
        new("ResNet-18, split", SplitResNet.SplitFamily + ":depth=18", ResNet + ":depth=18", null),
        new("ResNet-18, MTAN", MtanResNet.Family + ":depth=18", ResNet + ":depth=18", null),
        new("ResNet-34, MTAN", MtanResNet.Family + ":depth=34", ResNet + ":depth=34", null),
        new("ResNet-101, split", SplitResNet.SplitFamily + ":depth=101", ResNet + ":depth=101", null),
        new("ResNet-101, MTAN", MtanResNet.Family + ":depth=101", ResNet + ":depth=101", null),
        new("HRNet-18, one task", HrNetBaseline.SingleFamily, HrNetBaseline.SingleFamily, null, 1),
        new("HRNet-18, split", HrNetBaseline.SplitFamily, HrNetBaseline.SingleFamily, null),
        new("HRNet-18, PAD-Net", PadNet.Family, HrNetBaseline.SingleFamily, null),
        new("HRNet-18, MTI-Net", MtiNetFamilies.HrNetFamily, HrNetBaseline.SingleFamily, null),
        new("HRNet-48, MTI-Net", MtiNetFamilies.HrNetFamily + ":width=48", HrNetBaseline.SingleFamily + ":width=48", null),
        new("ResNet-50 + FPN, MTI-Net", MtiNetFamilies.ResNetFamily, MtiNetFamilies.ResNetFamily, null),
        new("MobileNetV2, light RefineNet", LightRefineNet.Family, LightRefineNet.Family, null),
        new("MobileNetV2, MTI-Net", MtiNetFamilies.MobileNetFamily, MtiNetFamilies.MobileNetFamily, null),
        new("MobileNetV2, MTAN", MtanMobileNet.Family, MtanMobileNet.Family, null),
    ];

    /// <summary>The entry's network with fresh parameters, for 13 classes.</summary>
    public static PerceptionNetwork Create(CatalogueEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return PerceptionNetwork.Create(NetworkSpec.Parse(entry.Spec), [.. TaskDescription.NyuThree.Take(entry.Tasks)]);
    }

    /// <summary>Parameters of the entry's baseline: one task, 13 classes.</summary>
    public static long BaselineParameters(CatalogueEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        using var network = PerceptionNetwork.Create(NetworkSpec.Parse(entry.Baseline), [TaskDescription.NyuThree[0]]);
        return network.ParameterCount;
    }
}
