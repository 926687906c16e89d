using RoboPerception.Training.Networks;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace RoboPerception.Training.Reports;

/// <summary>One attention mask of a network for one image: values 0..1 (C,H,W).</summary>
/// <param name="Name">Place in the network, the task by its key where the place has a number.</param>
/// <param name="Values">Channels one after the other.</param>
/// <param name="Channels">How many.</param>
/// <param name="Height">Rows.</param>
/// <param name="Width">Columns.</param>
internal sealed record AttentionMask(string Name, float[] Values, int Channels, int Height, int Width)
{
    /// <summary>One channel.</summary>
    public float[] Channel(int channel) => Values.AsSpan(channel * Height * Width, Height * Width).ToArray();

    /// <summary>The mean of all channels.</summary>
    public float[] Mean()
    {
        var mean = new float[Height * Width];
        for (var i = 0; i < Values.Length; i++)
        {
            mean[i % mean.Length] += Values[i] / Channels;
        }

        return mean;
    }

    /// <summary>The channels that differ most over the image, the most telling first.</summary>
    public IReadOnlyList<int> MostVaried(int count) => [.. Enumerable.Range(0, Channels).OrderByDescending(channel => Variance(Channel(channel))).Take(count)];

    /// <summary>Mean square distance from the mean.</summary>
    internal static double Variance(float[] values)
    {
        var mean = values.Average(value => (double)value);
        return values.Average(value => (value - mean) * (value - mean));
    }
}

/// <summary>Catches the masks of a network while it looks at an image: whatever leaves a sigmoid at the end of a chain of layers over maps.</summary>
internal static class AttentionMasks
{
    private const string EncoderMasks = "encoder_att.", DecoderMasks = "decoder_att.";

    /// <summary>All masks, in the order in which they are computed.</summary>
    /// <param name="network">The network; it predicts as in use, not as in training.</param>
    /// <param name="image">Image (1,3,H,W).</param>
    public static IReadOnlyList<AttentionMask> Of(PerceptionNetwork network, Tensor image)
    {
        ArgumentNullException.ThrowIfNull(network);
        var masks = new List<AttentionMask>();
        var hooks = new List<HookableModule<Func<Module<Tensor, Tensor>, Tensor, Tensor>, Func<Module<Tensor, Tensor>, Tensor, Tensor, Tensor>>.HookRemover>();
        foreach (var (name, module) in network.named_modules())
        {
            if (module is Sigmoid sigmoid)
            {
                hooks.Add(sigmoid.register_forward_hook((_, _, output) =>
                {
                    if (output.dim() == 4 && output.shape[2] * output.shape[3] > 1)
                    {
                        masks.Add(new AttentionMask(Label(network, name), output[0].cpu().contiguous().data<float>().ToArray(), (int)output.shape[1], (int)output.shape[2], (int)output.shape[3]));
                    }

                    return output;
                }));
            }
        }

        try
        {
            using var scope = NewDisposeScope();
            using var noGradients = no_grad();
            network.eval();
            network.forward(image);
        }
        finally
        {
            hooks.ForEach(hook => hook.remove());
        }

        return masks;
    }

    /// <summary><c>encoder_att.0.2.5</c> to <c>seg.encoder_att.2</c>; other names lose their last part, the sigmoid's place in its chain.</summary>
    private static string Label(PerceptionNetwork network, string name)
    {
        var parts = name.Split('.')[..^1];
        return (name.StartsWith(EncoderMasks, StringComparison.Ordinal) || name.StartsWith(DecoderMasks, StringComparison.Ordinal))
            && parts.Length > 1 && int.TryParse(parts[1], out var task) && task < network.Tasks.Count
            ? string.Join('.', [network.Tasks[task].Key, parts[0], .. parts[2..]])
            : string.Join('.', parts);
    }
}
