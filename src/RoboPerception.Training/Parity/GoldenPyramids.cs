using System.Globalization;
using RoboPerception.Training.Networks;
using RoboPerception.Training.Networks.Pyramid;

namespace RoboPerception.Training.Parity;

/// <summary>The pyramid networks that a file can hold. Family and sizes are read off names and shapes of the parameters; what no parameter shows, off the configuration.</summary>
internal static class GoldenPyramids
{
    private const string PlainTrunk = "backbone.", FusedTrunk = "backbone.0.", ResNetTrunk = "backbone.trunk.";

    /// <summary>Whether the parameters are those of such a network.</summary>
    public static bool Recognises(GoldenFile file) => file.HasPart(PlainTrunk + "stage4.") || file.HasPart(FusedTrunk + "stage4.") || file.HasPart(ResNetTrunk);

    /// <summary>The network with fresh parameters.</summary>
    public static PyramidNetwork Build(GoldenFile file)
    {
        var tasks = GoldenTasks.Of(file);
        var onResNet = file.HasPart(ResNetTrunk);
        var options = onResNet ? GoldenNetworks.ResNetOptions(file.Channels, ResNetTrunk, "conv1.weight") : HrNet(file, file.HasPart(FusedTrunk + "stage4.") ? FusedTrunk : PlainTrunk);
        options.Remove("dropout");
        var family = onResNet ? MtiNetFamilies.ResNetFamily
            : file.HasPart("scale_0.") ? MtiNetFamilies.HrNetFamily
            : file.HasPart("initial_task_prediction_heads.") ? PadNet.Family
            : file.HasPart("decoder.") ? HrNetBaseline.SingleFamily
            : HrNetBaseline.SplitFamily;
        if (onResNet)
        {
            options["width"] = Text(file.Channels("backbone.lateral.0.weight"));
        }

        if (family is MtiNetFamilies.HrNetFamily or MtiNetFamilies.ResNetFamily)
        {
            // The reference repository normalises over consecutive channels; the paper, and our other families, over tasks.
            var softmax = file.TryConfig("fpm_softmax", out var words) ? words.ToString() : "consecutive";
            options["softmax"] = softmax.StartsWith("consecutive", StringComparison.OrdinalIgnoreCase) || softmax == "channels" ? "channels" : "tasks";
            if (file.Channels($"heads.{tasks[0].MtiKey}.project.0.weight") is { } head)
            {
                options["head"] = Text(head);
            }
        }

        if (family is PadNet.Family)
        {
            options["feature"] = Text(file.Channels($"heads.{tasks[0].MtiKey}.0.conv3.weight"));
            options["bottleneck"] = Text(file.Channels($"heads.{tasks[0].MtiKey}.0.conv1.weight"));
        }

        if (family is not (HrNetBaseline.SingleFamily or HrNetBaseline.SplitFamily) && GoldenTasks.Auxiliary(file) is { Length: > 0 } auxiliary)
        {
            options["aux"] = string.Join(',', auxiliary);
        }

        return (PyramidNetwork)PerceptionNetwork.Create(new NetworkSpec(family, options), tasks);
    }

    private static Dictionary<string, string> HrNet(GoldenFile file, string trunk)
    {
        var branches = Enumerable.Range(0, 4).Select(i => file.Channels($"{trunk}stage4.0.branches.{i}.0.conv1.weight"));
        var modules = Enumerable.Range(2, 3).Select(stage => Count(module => $"{trunk}stage{stage}.{module}.branches.0.0.conv1.weight"));
        var blocks = Math.Max(1, Count(block => $"{trunk}stage4.0.branches.0.{block}.conv1.weight"));
        var first = Math.Max(1, Count(block => $"{trunk}layer1.{block}.conv1.weight") / blocks);
        return new()
        {
            ["channels"] = string.Join(',', branches.Select(Text)),
            ["modules"] = string.Join(',', modules.Prepend(first)),
            ["stage1"] = Text(file.Channels(trunk + "layer1.0.conv1.weight")),
            ["blocks"] = Text(blocks),
        };

        int Count(Func<int, string> name) => Enumerable.Range(0, int.MaxValue).TakeWhile(i => file.HasParameter(name(i))).Count();
    }

    private static string Text(long? number) => (number ?? 0).ToString(CultureInfo.InvariantCulture);
}
