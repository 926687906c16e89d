using RoboPerception.Training.Networks.Pyramid;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace RoboPerception.Training.Networks;

/// <summary>What one image costs.</summary>
/// <param name="Macs">Multiplications with addition in convolutions and linear layers; all else is not counted.</param>
/// <param name="Convolutions">How often a convolution runs; shared ones count once per task.</param>
/// <param name="OutputElements">Values that convolutions return; 4 bytes each in float32.</param>
internal readonly record struct MacCount(long Macs, int Convolutions, long OutputElements)
{
    /// <summary>10^9 MACs.</summary>
    public double GMac => Macs / 1e9;
}

/// <summary>Counts the operations of a network by running it with a hook on every layer that has weights.</summary>
internal static class MacCounter
{
    /// <summary>Rows and columns must be multiples of this, so that every map of the probe has its counterpart.</summary>
    public const int SizeMultiple = 32;

    // Oblong, so that the coarsest map is not mistaken for a single pixel.
    private const int ProbeHeight = SizeMultiple, ProbeWidth = 2 * SizeMultiple;

    /// <summary>
    /// The cost of one image (3,height,width). The network runs on an image of 32x64; maps grow with the image, but what is a single
    /// pixel there (a mean over the whole map) stays one.
    /// </summary>
    public static MacCount Count(PerceptionNetwork network, int height, int width)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentOutOfRangeException.ThrowIfNotEqual(height % SizeMultiple, 0, nameof(height));
        ArgumentOutOfRangeException.ThrowIfNotEqual(width % SizeMultiple, 0, nameof(width));
        using var scope = NewDisposeScope();
        var probe = zeros(1, 3, ProbeHeight, ProbeWidth);

        // The published figures hold the supervised intermediate predictions, which an exported network leaves out.
        return Count(network, Run, elements => elements * height * width / (ProbeHeight * ProbeWidth));

        void Run()
        {
            if (network is PyramidNetwork pyramid)
            {
                pyramid.Predict(probe, supervised: true);
            }
            else
            {
                network.forward(probe);
            }
        }
    }

    /// <summary>The cost of one image of the Decathlon, one data set's branch.</summary>
    public static MacCount Count(WideResNetMtan network)
    {
        ArgumentNullException.ThrowIfNull(network);
        using var scope = NewDisposeScope();
        var image = zeros(1, 3, WideResNetMtan.ImageSize, WideResNetMtan.ImageSize);
        return Count(network, () => network.forward(image, 0), elements => elements);
    }

    private static MacCount Count(Module network, Action run, Func<long, long> grow)
    {
        long macs = 0, outputs = 0;
        var convolutions = 0;
        var hooks = new List<HookableModule<Func<Module<Tensor, Tensor>, Tensor, Tensor>, Func<Module<Tensor, Tensor>, Tensor, Tensor, Tensor>>.HookRemover>();
        // TorchSharp lists a module once for every way that leads to it.
        foreach (var module in network.modules().Where(module => module is TorchSharp.Modules.Conv2d or TorchSharp.Modules.Linear).Distinct())
        {
            hooks.Add(((Module<Tensor, Tensor>)module).register_forward_hook((layer, _, output) =>
            {
                var shape = output.shape;
                if (layer is TorchSharp.Modules.Conv2d convolution)
                {
                    var elements = shape is [_, _, 1, 1] ? output.numel() : grow(output.numel());
                    macs += elements * convolution.weight.numel() / convolution.out_channels;
                    outputs += elements;
                    convolutions++;
                }
                else
                {
                    macs += output.numel() * ((Linear)layer).in_features;
                }

                return null!;
            }));
        }

        var wasTraining = network.training;
        network.eval();
        try
        {
            using var noGradients = no_grad();
            run();
        }
        finally
        {
            network.train(wasTraining);
            hooks.ForEach(hook => hook.remove());
        }

        return new MacCount(macs, convolutions, outputs);
    }
}
