using RoboPerception.Core;
using RoboPerception.Training.Data;
using RoboPerception.Training.Networks;
using static TorchSharp.torch;

namespace RoboPerception.Training.Import;

/// <summary>
/// Takes the parameters of a reference implementation into one of our networks. The networks' children have the names of the reference
/// state dictionaries, so that only what wraps a dictionary is taken off: <c>module.</c> of parallel training, <c>param/</c> of reference files.
/// </summary>
internal static class StateImport
{
    private static readonly string[] Prefixes = ["module.", "param/", "model."];

    /// <summary>The tensors of a <c>.pth</c>/<c>.pt</c> or <c>.safetensors</c> file by name.</summary>
    /// <exception cref="UserErrorException">The file cannot be read.</exception>
    public static IReadOnlyDictionary<string, Tensor> Read(string path)
    {
        if (!path.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase))
        {
            return PyTorchFile.Read(path);
        }

        var file = SafeTensors.Read(path);

        // A reference file holds inputs and outputs beside the parameters.
        var parameters = file.Names.Where(name => name.StartsWith("param/", StringComparison.Ordinal)).ToArray();
        return (parameters.Length > 0 ? parameters : [.. file.Names]).ToDictionary(name => name, file.Tensor, StringComparer.Ordinal);
    }

    /// <summary>Fills a network; every tensor of the network must be in the file and the other way round.</summary>
    /// <exception cref="UserErrorException">Names or shapes differ, with the first few of them.</exception>
    public static void Fill(PerceptionNetwork network, IReadOnlyDictionary<string, Tensor> source, string path)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(source);
        var own = network.state_dict();
        var named = source.ToDictionary(entry => Name(entry.Key, own), entry => entry.Value, StringComparer.Ordinal);

        // Counters of batch norm are not used by any prediction, and old files have none.
        string[] missing = [.. own.Keys.Where(key => !named.ContainsKey(key) && !key.EndsWith("num_batches_tracked", StringComparison.Ordinal))];
        string[] unexpected = [.. named.Keys.Where(key => !own.ContainsKey(key))];
        string[] shapes = [.. own.Where(entry => named.TryGetValue(entry.Key, out var given) && !given.shape.SequenceEqual(entry.Value.shape)).Select(entry => entry.Key)];
        if (missing.Length + unexpected.Length + shapes.Length > 0)
        {
            throw new UserErrorException(
                ExitCode.Usage, $"'{path}' does not fit '{network.Spec}':{List(" missing", missing)}{List(" not in the network", unexpected)}{List(" of another shape", shapes)} check --network and its widths, and --tasks.");
        }

        using var noGradients = no_grad();
        foreach (var (key, target) in own)
        {
            if (named.TryGetValue(key, out var value))
            {
                target.copy_(value);
            }
        }
    }

    private static string Name(string key, Dictionary<string, Tensor> own)
    {
        var name = key;
        while (!own.ContainsKey(name) && Prefixes.FirstOrDefault(prefix => name.StartsWith(prefix, StringComparison.Ordinal)) is { } found)
        {
            name = name[found.Length..];
        }

        return name;
    }

    private static string List(string what, string[] names) =>
        names.Length == 0 ? "" : $"{what} {string.Join(", ", names.Take(3).Select(name => $"'{name}'"))}{(names.Length > 3 ? $" and {names.Length - 3} more" : "")};";
}
