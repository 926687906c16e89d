using System.Globalization;
using System.Text.Json;
using RoboPerception.Core;
using RoboPerception.Training.Networks;
using RoboPerception.Training.Tasks;

namespace RoboPerception.Training.Parity;

/// <summary>
/// The networks of MTAN's repository that a file of reference values can hold. Family, widths and variant are read off the names and shapes
/// of the parameters: they cannot disagree with the values, whatever the file calls its model.
/// </summary>
internal static class GoldenNetworks
{
    private const string Prefix = "param/";

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
        if (family == NetworkSpec.CrossStitch && file.Shape(Prefix + "cs_unit_encoder").Count == 3)
        {
            options["mode"] = "paper";
        }

        if (family is NetworkSpec.Split or NetworkSpec.Single && Has(file, "encoder_block.0.3.weight"))
        {
            options["type"] = "deep";
        }

        return PerceptionNetwork.Create(new NetworkSpec(family, options), Tasks(file));
    }

    /// <summary>The Decathlon network of a file, with fresh parameters.</summary>
    public static WideResNetMtan WideResNet(GoldenFile file)
    {
        int[] classes = [.. Numbered(file, i => $"linear.{i}.0.weight").Select(name => (int)Channels(file, name))];
        var blocks = Numbered(file, i => $"layer1.{i}.bn1.weight").Count();
        return new WideResNetMtan(classes, (6 * blocks) + 4, (int)Channels(file, "layer1.0.conv1.weight") / 16);
    }

    /// <summary>Whether the parameters are those of the attention network on a residual network.</summary>
    public static bool IsMtanResNet(GoldenFile file) => Has(file, "shared_conv.0.weight");

    /// <summary>The attention network on a residual network, with fresh parameters and without dropout.</summary>
    public static PerceptionNetwork MtanResNet(GoldenFile file)
    {
        var options = ResNetOptions(
            parameter => file.Has(Prefix + parameter) ? Channels(file, parameter) : null,
            "shared_conv.0.weight",
            layer => $"shared_layer{layer}_t",
            (layer, block) => $"shared_layer{layer}_b.{block}.conv1.weight",
            lastIsApart: true);
        options["head"] = Text(Channels(file, "decoders.0.1.weight"));
        options["upsample"] = AlignsCorners(file) ? "aligned" : "half";
        options["refinement"] = Has(file, "encoder_block_att_1.conv3.weight") ? "bottleneck" : "basic";
        options["attention"] = Channels(file, "encoder_att_1.0.0.weight") == Channels(file, "encoder_att_1.0.3.weight") ? "full" : "quarter";
        return PerceptionNetwork.Create(new NetworkSpec(Networks.MtanResNet.Family, options), Tasks(file));
    }

    /// <summary>
    /// Sizes of a residual network, read off its parameters, as options of a specification.
    /// </summary>
    /// <param name="channels">Outputs of a parameter, or null where there is none of that name.</param>
    /// <param name="stem">Name of the first convolution's weight.</param>
    /// <param name="last">Path of the last block of a layer.</param>
    /// <param name="weight">First weight of a block of a layer.</param>
    /// <param name="lastIsApart">Whether the last block is not among the numbered ones.</param>
    public static Dictionary<string, string> ResNetOptions(
        Func<string, long?> channels, string stem, Func<int, string> last, Func<int, int, string> weight, bool lastIsApart)
    {
        int[] layers = [1, 2, 3, 4];
        var bottleneck = channels(last(1) + ".conv3.weight") is not null;
        var blocks = layers.Select(layer => Enumerable.Range(0, int.MaxValue).TakeWhile(block => channels(weight(layer, block)) is not null).Count() + (lastIsApart ? 1 : 0));
        var options = new Dictionary<string, string>
        {
            ["depth"] = bottleneck ? "50" : "18",
            ["stem"] = Text(channels(stem)!.Value),
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

    // The specification aligns corners; a file may say otherwise.
    private static bool AlignsCorners(GoldenFile file) =>
        !file.Metadata.Values.Any(text => text.Replace(" ", "", StringComparison.Ordinal).Contains("align_corners=false", StringComparison.OrdinalIgnoreCase));

    /// <summary>The tasks that a file of MTAN's repository names.</summary>
    public static TaskDescription[] Tasks(GoldenFile file)
    {
        using var config = JsonDocument.Parse(file.Metadata["config"]);
        return [.. config.RootElement.GetProperty("tasks").EnumerateArray().Select(key => Named(file, key.GetString()!))];
    }

    private static TaskDescription Named(GoldenFile file, string key) => key switch
    {
        "seg" => MtiReference.Named("semseg", (int)file.Shape("output/seg")[1]),
        "depth" => TaskDescription.Depth,
        "normal" => TaskDescription.Normals,
        _ => throw new UserErrorException(ExitCode.Usage, $"'{file.Path}' names a task '{key}', which this program does not have."),
    };

    private static bool Has(GoldenFile file, string parameter) => file.Has(Prefix + parameter);

    private static long Channels(GoldenFile file, string parameter) => file.Shape(Prefix + parameter)[0];

    private static IEnumerable<string> Numbered(GoldenFile file, Func<int, string> name) =>
        Enumerable.Range(0, int.MaxValue).Select(name).TakeWhile(parameter => Has(file, parameter));
}
