using System.Globalization;
using RoboPerception.Core;

namespace RoboPerception.Training.Networks;

/// <summary>
/// Which network to build: a family and its channel widths, written as <c>mtan-segnet:widths=16,32,64,128,128</c>.
/// </summary>
/// <param name="Family">One of <see cref="Families"/>.</param>
/// <param name="Widths">Channels of the five encoder levels, full resolution first (the paper's 64,128,256,512,512).</param>
public sealed record NetworkSpec(string Family, IReadOnlyList<int> Widths)
{
    /// <summary>Single-task SegNet (one head).</summary>
    public const string Single = "single-segnet";

    /// <summary>Hard parameter sharing: one SegNet, one head per task.</summary>
    public const string Split = "split-segnet";

    /// <summary>Multi-Task Attention Network on SegNet (Liu, Johns, Davison, CVPR 2019). One task gives STAN.</summary>
    public const string Mtan = "mtan-segnet";

    /// <summary>Widths of the paper.</summary>
    public static IReadOnlyList<int> PaperWidths { get; } = [64, 128, 256, 512, 512];

    /// <summary>Every family this build can make.</summary>
    public static IReadOnlyList<string> Families { get; } = [Mtan, Single, Split];

    /// <summary>Reads the text form; widths default to the paper's.</summary>
    /// <exception cref="UserErrorException">An unknown family, key or width, named.</exception>
    public static NetworkSpec Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var family = colon < 0 ? text : text[..colon];
        if (!Families.Contains(family))
        {
            throw new UserErrorException(ExitCode.Usage, $"Network family '{family}' is unknown; choose one of {string.Join(", ", Families)}.");
        }

        var widths = PaperWidths;
        if (colon >= 0)
        {
            foreach (var pair in text[(colon + 1)..].Split(';', StringSplitOptions.RemoveEmptyEntries))
            {
                widths = pair.Split('=', 2) is ["widths", var list]
                    ? ParseWidths(list)
                    : throw new UserErrorException(ExitCode.Usage, $"Network option '{pair}' is unknown; '{family}' takes widths=a,b,c,d,e.");
            }
        }

        return new NetworkSpec(family, widths);
    }

    /// <summary>The text form that <see cref="Parse"/> reads.</summary>
    public override string ToString() => $"{Family}:widths={string.Join(',', Widths)}";

    /// <inheritdoc/>
    public bool Equals(NetworkSpec? other) => other is not null && Family == other.Family && Widths.SequenceEqual(other.Widths);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Family, Widths.Count, Widths.Sum());

    private static int[] ParseWidths(string list)
    {
        var parts = list.Split(',');
        var widths = new int[parts.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            if (!int.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out widths[i]) || widths[i] is < 1 or > 4096)
            {
                throw new UserErrorException(ExitCode.Usage, $"Network width '{parts[i]}' is not a whole number from 1 to 4096.");
            }
        }

        return widths.Length == SegNet.Levels
            ? widths
            : throw new UserErrorException(ExitCode.Usage, $"Network widths '{list}' has {widths.Length} entries; SegNet has {SegNet.Levels} levels.");
    }
}
