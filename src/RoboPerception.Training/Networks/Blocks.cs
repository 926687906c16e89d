using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace RoboPerception.Training.Networks;

/// <summary>The building blocks of the SegNet family. Child names 0, 1, ... are those of the reference state dictionary.</summary>
internal static class Blocks
{
    /// <summary>3x3 convolution with bias, batch norm, ReLU; (N,in,H,W) to (N,out,H,W).</summary>
    public static Sequential ConvBlock(int input, int output) => ConvChain(input, output);

    /// <summary><see cref="ConvBlock"/>s one after another in one list of layers; (N,first,H,W) to (N,last,H,W).</summary>
    public static Sequential ConvChain(params int[] channels)
    {
        var chain = Sequential();
        for (var i = 1; i < channels.Length; i++)
        {
            chain.append(Conv2d(channels[i - 1], channels[i], 3, padding: 1)).append(CountingBatchNorm.Of(channels[i])).append(ReLU(inplace: true));
        }

        return chain;
    }

    /// <summary>Attention mask in (0,1): 1x1 convolution, batch norm, ReLU, 1x1 convolution, batch norm, sigmoid.</summary>
    public static Sequential Attention(int input, int middle, int output) => Sequential(
        Conv2d(input, middle, 1),
        CountingBatchNorm.Of(middle),
        ReLU(inplace: true),
        Conv2d(middle, output, 1),
        CountingBatchNorm.Of(output),
        Sigmoid());

    /// <summary>Prediction head: 3x3 convolution then 1x1 convolution, nothing between them.</summary>
    public static Sequential Head(int width, int channels) =>
        Sequential(Conv2d(width, width, 3, padding: 1), Conv2d(width, channels, 1));

    /// <summary>Xavier weights (normal, or uniform) and zero biases for every convolution; batch norm keeps scale 1 and shift 0.</summary>
    public static void Initialise(Module network, bool uniform = false)
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        foreach (var module in network.modules())
        {
            if (module is Conv2d convolution)
            {
                _ = uniform ? init.xavier_uniform_(convolution.weight!) : init.xavier_normal_(convolution.weight!);
                init.zeros_(convolution.bias!);
            }
        }
    }
}
