using System.Globalization;
using RoboPerception.Core;
using RoboPerception.Training.Networks;

namespace RoboPerception.Training.Parity;

/// <summary>
/// The networks of MTAN's repository that a file of reference values can hold. Family, widths and variant are read off the names and shapes
/// of the parameters: they cannot disagree with the values, whatever the file calls its model.
/// </summary>
internal static class GoldenNetworks
{
    /// <summary>Whether the parameters are those of a SegNet.</summary>
    public static bool IsSegNet(GoldenFile file) => Has(file, "encoder_block.0.0.weight") || Has(file, "encoder_block_t.0.0.0.weight");

    /// <summary>Whether the parameters are those of the Decathlon network.</summary>
    public static bool IsWideResNet(GoldenFile file) => Has(file, "linear.0.0.weight") && Has(file, "layer1.0.bn1.weight");

    /// <summary>The SegNet of a file, with fresh parameters.</summary>
    public static PerceptionNetwork SegNet(GoldenFile file)
    {
        var trunk = Has(file, "encoder_block.0.0.weight") ? "encoder_block." : "encoder_block_t.0.";
        var options = new Dictionary<string, string>
        {
            ["widths"] = string.Join(',', Enumerable.Range(0, Networks.SegNet.Levels).Select(d => Channels(file, $"{trunk}{d}.0.weight"))),
        };
        var family = true switch
        {
            _ when Has(file, "cs_unit_encoder") => NetworkSpec.CrossStitch,
            _ when Has(file, "encoder_block_t.0.0.0.weight") => NetworkSpec.Dense,
            _ when Has(file, "encoder_att.0.0.0.weight") => Has(file, "pred_task.0.weight") ? NetworkSpec.Stan : NetworkSpec.Mtan,
            _ => Has(file, "pred_task.0.weight") ? NetworkSpec.Single : NetworkSpec.Split,
        };
        if (family == NetworkSpec.CrossStitch && file.ParameterShape("cs_unit_encoder").Count == 3)
        {
            options["mode"] = "paper";
        }

        if (family is NetworkSpec.Split or NetworkSpec.Single && Has(file, "encoder_block.0.3.weight"))
        {
            options["type"] = "deep";
        }

        return PerceptionNetwork.Create(new NetworkSpec(family, options), GoldenTasks.Of(file));
    }

    /// <summary>The Decathlon network of a file, with fresh parameters.</summary>
    public static WideResNetMtan WideResNet(GoldenFile file)
    {
        int[] classes = [.. Numbered(file, i => $"linear.{i}.0.weight").Select(name => (int)Channels(file, name))];
        var blocks = Numbered(file, i => $"layer1.{i}.bn1.weight").Count();
        return new WideResNetMtan(classes, (6 * blocks) + 4, (int)Channels(file, "layer1.0.conv1.weight") / 16);
    }

    /// <summary>Whether the parameters are those of a residual network with DeepLab heads: for one task, shared, or with attention.</summary>
    public static bool IsResNet(GoldenFile file) => Has(file, "shared_conv.0.weight") || (Has(file, "backbone.conv1.weight") && Has(file, "backbone.layer1.0.conv1.weight") && !file.HasPart("backbone.stage"));

    /// <summary>That network with fresh parameters and without dropout, and the network's names of the file's parameters.</summary>
    public static (PerceptionNetwork Network, Func<string, string> Rename) ResNet(GoldenFile file)
    {
        var tasks = GoldenTasks.Of(file);
        string[] names = [.. tasks.Select(task => task.MtiKey)];
        var attention = Has(file, "shared_conv.0.weight") || file.HasPart("attention_") || file.HasPart("encoder_att_");
        int[] blocks = [.. Enumerable.Range(1, 4).Select(layer => Numbered(file, i => $"backbone.layer{layer}.{i}.conv1.weight").Count())];
        Func<string, string> rename = Has(file, "shared_conv.0.weight") ? key => key : attention ? key => ResNetKeys.Attention(key, blocks, names) : key => ResNetKeys.Split(key, names);
        var shapes = file.Parameters.ToDictionary(rename, file.ParameterShape);
        long? Channels(string name) => shapes.TryGetValue(name, out var shape) ? shape[0] : null;
        if (file.Number("output_stride") is { } stride && stride != ResNetBackbone.Stride)
        {
            throw new UserErrorException(ExitCode.Usage, $"'{file.Path}' has output stride {stride}; the networks of this program have {ResNetBackbone.Stride}.");
        }

        if (file.List("aspp_rates") is { } rates && string.Join(',', rates) != "12,24,36")
        {
            throw new UserErrorException(ExitCode.Usage, $"'{file.Path}' has rates {string.Join(", ", rates)} in its pyramid pooling; the networks of this program have 12, 24 and 36.");
        }

        var options = attention
            ? ResNetOptions(Channels, "shared_conv.0.weight", layer => $"shared_layer{layer}_t", (layer, block) => $"shared_layer{layer}_b.{block}.conv1.weight", lastIsApart: true)
            : ResNetOptions(Channels, "backbone.", "conv1.weight");
        options["head"] = Text(Channels(attention ? "decoders.0.1.weight" : $"heads.{names[0]}.1.weight") ?? DeepLabHead.Width);
        options["upsample"] = AlignsCorners(file) ? "aligned" : "half";
        if (attention)
        {
            options["refinement"] = shapes.ContainsKey("encoder_block_att_1.conv3.weight") ? "bottleneck" : "basic";
            options["attention"] = Channels("encoder_att_1.0.0.weight") == Channels("encoder_att_1.0.3.weight") ? "full" : "quarter";
        }

        return (PerceptionNetwork.Create(new NetworkSpec(attention ? MtanResNet.Family : SplitResNet.SplitFamily, options), tasks), rename);
    }

    /// <summary>Sizes of a residual network with torchvision's names behind a prefix, read off its parameters, as options of a specification.</summary>
    public static Dictionary<string, string> ResNetOptions(Func<string, long?> channels, string prefix, string stem)
    {
        return ResNetOptions(channels, prefix + stem, layer => $"{prefix}layer{layer}.{Count(layer) - 1}", (layer, block) => $"{prefix}layer{layer}.{block}.conv1.weight", lastIsApart: false);

        int Count(int layer) => Enumerable.Range(0, int.MaxValue).TakeWhile(block => channels($"{prefix}layer{layer}.{block}.conv1.weight") is not null).Count();
    }

    /// <summary>
    /// Sizes of a residual network, read off its parameters, as options of a specification.
    /// </summary>
    /// <param name="channels">Outputs of a parameter, or null where there is none of that name.</param>
    /// <param name="stem">Name of the first convolution's weight.</param>
    /// <param name="last">Path of the last block of a layer.</param>
    /// <param name="weight">First weight of a block of a layer.</param>
    /// <param name="lastIsApart">Whether the last block is not among the numbered ones.</param>
    private static Dictionary<string, string> ResNetOptions(
        Func<string, long?> channels, string stem, Func<int, string> last, Func<int, int, string> weight, bool lastIsApart)
    {
        int[] layers = [1, 2, 3, 4];
        var bottleneck = channels(last(1) + ".conv3.weight") is not null;
        var blocks = layers.Select(layer => Enumerable.Range(0, int.MaxValue).TakeWhile(block => channels(weight(layer, block)) is not null).Count() + (lastIsApart ? 1 : 0));
        var options = new Dictionary<string, string>
        {
            ["depth"] = bottleneck ? "50" : "18",
            ["stem"] = Text(channels(stem) ?? throw new UserErrorException(ExitCode.Failed, $"There is no parameter '{stem}'.")),
            ["blocks"] = string.Join(',', blocks),
            ["middle"] = string.Join(',', layers.Select(layer => channels(last(layer) + ".conv1.weight"))),
            ["dropout"] = "off",
        };
        if (bottleneck)
        {
            options["output"] = string.Join(',', layers.Select(layer => channels(last(layer) + ".conv3.weight")));
        }

        return options;
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    // MTAN's repository aligns corners, MTI-Net's does not; a file may say otherwise.
    private static bool AlignsCorners(GoldenFile file)
    {
        var texts = file.Metadata.Values.Select(text => text.Replace(" ", "", StringComparison.Ordinal).Replace("\"", "", StringComparison.Ordinal).Replace(':', '=')).ToArray();
        return !texts.Any(text => text.Contains("align_corners=false", StringComparison.OrdinalIgnoreCase))
            && (!GoldenTasks.IsMti(file) || texts.Any(text => text.Contains("align_corners=true", StringComparison.OrdinalIgnoreCase)));
    }

    private static bool Has(GoldenFile file, string parameter) => file.HasParameter(parameter);

    private static long Channels(GoldenFile file, string parameter) => file.ParameterShape(parameter)[0];

    private static IEnumerable<string> Numbered(GoldenFile file, Func<int, string> name) =>
        Enumerable.Range(0, int.MaxValue).Select(name).TakeWhile(parameter => Has(file, parameter));
}
