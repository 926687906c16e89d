using TorchSharp.Modules;

namespace RoboPerception.Training.Networks;

/// <summary>The levels of the dense and cross-stitch SegNets: two convolutions on the two finest levels, three on the others.</summary>
internal static class SegNetLevels
{
    /// <summary>Encoder level that reads <paramref name="shares"/> maps of the level before side by side; level 0 reads the image alone.</summary>
    public static Sequential Encoder(IReadOnlyList<int> widths, int level, int shares)
    {
        var width = widths[level];
        var input = level == 0 ? 3 : shares * widths[level - 1];
        return level < 2 ? Blocks.ConvChain(input, width, width) : Blocks.ConvChain(input, width, width, width);
    }

    /// <summary>Decoder level that reads <paramref name="shares"/> unpooled maps side by side.</summary>
    public static Sequential Decoder(IReadOnlyList<int> widths, int level, int shares)
    {
        var width = widths[Math.Max(level - 1, 0)];
        var input = shares * widths[level];
        return level < 2 ? Blocks.ConvChain(input, width, width) : Blocks.ConvChain(input, width, width, width);
    }
}
