using RoboPerception.Core;

namespace RoboPerception.Training.Networks.Pyramid;

/// <summary>Sizes of a <see cref="HrNet"/>.</summary>
/// <param name="Channels">Of the branches with strides 4, 8, 16 and 32.</param>
/// <param name="Stage1Channels">Middle channels of the first stage's bottlenecks; they give four times as many.</param>
/// <param name="Modules">Modules of the four stages.</param>
/// <param name="Blocks">Residual blocks of a branch of a module.</param>
internal sealed record HrNetLayout(IReadOnlyList<int> Channels, int Stage1Channels, IReadOnlyList<int> Modules, int Blocks)
{
    /// <summary>Names of the options that <see cref="Of"/> reads.</summary>
    public static IReadOnlyList<string> OptionNames { get; } = ["width", "channels", "stage1", "modules", "blocks"];

    /// <summary>
    /// The layout of a specification: <c>width</c> is 18 (W18-Small-v2), 32 or 48; <c>channels</c>, <c>stage1</c>, <c>modules</c> and <c>blocks</c>
    /// change single sizes.
    /// </summary>
    /// <exception cref="UserErrorException">A wrong value, named.</exception>
    public static HrNetLayout Of(NetworkSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        var width = int.Parse(spec.Word("width", "18", "32", "48"), System.Globalization.CultureInfo.InvariantCulture);
        var small = width == 18;
        return new HrNetLayout(
            spec.Numbers("channels", [width, 2 * width, 4 * width, 8 * width]),
            spec.Number("stage1", 64),
            spec.Numbers("modules", small ? [1, 1, 3, 2] : [1, 1, 4, 3]),
            spec.Number("blocks", small ? 2 : 4));
    }
}
