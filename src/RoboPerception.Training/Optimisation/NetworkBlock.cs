using RoboPerception.Core;
using static TorchSharp.torch;

namespace RoboPerception.Training.Optimisation;

/// <summary>Parameters and buffers of a network in TorchSharp's format.</summary>
internal static class NetworkBlock
{
    /// <summary>Counters of batch norm: no prediction depends on them, and files of earlier versions of this program have none.</summary>
    private const string Counter = "num_batches_tracked";

    /// <summary>Fills a network. What the file leaves out may be counters alone, which are zero then; whatever else differs is refused.</summary>
    /// <exception cref="UserErrorException">Names, shapes or types differ, or the block is damaged.</exception>
    public static void Load(nn.Module network, byte[] block, string path)
    {
        var told = new Dictionary<string, bool>(StringComparer.Ordinal);
        try
        {
            network.load(new BinaryReader(new MemoryStream(block)), strict: false, loadedParameters: told);
        }
        catch (Exception error) when (error is ArgumentException or InvalidOperationException or IOException or FormatException)
        {
            throw Differs(error.Message.Split('\n')[0], error);
        }

        var own = network.state_dict();
        if (told.Keys.FirstOrDefault(name => !own.ContainsKey(name)) is { } unknown)
        {
            throw Differs($"the file alone has '{unknown}'");
        }

        using var noGradients = no_grad();
        foreach (var (name, value) in own.Where(entry => !told.GetValueOrDefault(entry.Key)))
        {
            if (!name.EndsWith(Counter, StringComparison.Ordinal))
            {
                throw Differs($"'{name}' is not in the file");
            }

            value.zero_();
        }

        UserErrorException Differs(string how, Exception? cause = null) =>
            new(ExitCode.Usage, $"The parameters in '{path}' do not fit the network that it names ({how}): the file is of another version of this program, or damaged.", cause);
    }
}
