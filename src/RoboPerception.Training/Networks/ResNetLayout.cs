using System.Globalization;

namespace RoboPerception.Training.Networks;

/// <summary>Sizes of a residual network (He et al., CVPR 2016).</summary>
/// <param name="Stem">Channels of the first convolution.</param>
/// <param name="Blocks">Blocks of the four layers.</param>
/// <param name="Middle">Channels inside a block, per layer; blocks of two convolutions have as many inside as outside.</param>
/// <param name="Output">Channels that a layer returns.</param>
/// <param name="Bottleneck">Whether a block is 1x1, 3x3, 1x1 instead of two 3x3.</param>
internal sealed record ResNetLayout(int Stem, IReadOnlyList<int> Blocks, IReadOnlyList<int> Middle, IReadOnlyList<int> Output, bool Bottleneck)
{
    /// <summary>Names of the options that <see cref="Parse"/> reads.</summary>
    public static IReadOnlyList<string> OptionNames { get; } = ["depth", "stem", "blocks", "middle", "output"];

    /// <summary>
    /// The published network of option <c>depth</c>=18, 34, 50 (default) or 101; the other options replace parts of it, each layer's in one list.
    /// </summary>
    /// <exception cref="Core.UserErrorException">A depth that was not published, or an unreadable list.</exception>
    public static ResNetLayout Parse(NetworkSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        var depth = int.Parse(spec.Word("depth", "50", "18", "34", "101"), CultureInfo.InvariantCulture);
        var bottleneck = depth >= 50;
        int[] blocks = depth switch { 18 => [2, 2, 2, 2], 101 => [3, 4, 23, 3], _ => [3, 4, 6, 3] };
        var middle = spec.Numbers("middle", [64, 128, 256, 512]);
        var output = bottleneck ? spec.Numbers("output", [.. middle.Select(width => 4 * width)]) : middle;
        return new ResNetLayout(spec.Number("stem", 64), spec.Numbers("blocks", blocks), middle, output, bottleneck);
    }
}
