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
