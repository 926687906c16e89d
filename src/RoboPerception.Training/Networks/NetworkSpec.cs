using System.Globalization;
using RoboPerception.Core;

namespace RoboPerception.Training.Networks;

/// <summary>
/// Which network to build: a family of <see cref="NetworkFamilies"/> and its options, written as <c>mtan-segnet:widths=16,32,64,128,128</c>;
/// several options are separated by semicolons.
/// </summary>
internal sealed record NetworkSpec
{
    /// <summary>Single-task SegNet (one head).</summary>
    public const string Single = "single-segnet";

    /// <summary>Hard parameter sharing: one SegNet, one head per task.</summary>
    public const string Split = "split-segnet";

    /// <summary>Multi-Task Attention Network with one task, under the reference's names.</summary>
    public const string Stan = "stan-segnet";

    /// <summary>A shared SegNet and one SegNet per task that sees its maps.</summary>
    public const string Dense = "dense-segnet";

    /// <summary>One SegNet per task with mixed inputs.</summary>
    public const string CrossStitch = "cross-stitch-segnet";

    /// <summary>Multi-Task Attention Network on SegNet (Liu, Johns, Davison, CVPR 2019). One task gives STAN.</summary>
    public const string Mtan = "mtan-segnet";

    /// <summary>A family with options by name; options that are left out have the family's defaults.</summary>
    public NetworkSpec(string family, IReadOnlyDictionary<string, string>? options = null)
    {
        Family = family;
        Options = new SortedDictionary<string, string>(options?.ToDictionary() ?? [], StringComparer.Ordinal);
    }

    /// <summary>A SegNet family with channels of its five levels.</summary>
    public NetworkSpec(string family, IReadOnlyList<int> widths)
        : this(family, new Dictionary<string, string> { ["widths"] = string.Join(',', widths) })
    {
    }

    /// <summary>Name of the family.</summary>
    public string Family { get; }

    /// <summary>The options that were given, by name.</summary>
    public IReadOnlyDictionary<string, string> Options { get; }

    /// <summary>
    /// Channels of the five SegNet encoder levels, full resolution first; the paper's 64,128,256,512,512 unless given, with 1024 in the end for
    /// <c>type=wide</c>.
    /// </summary>
    public IReadOnlyList<int> Widths => Numbers("widths", Type == "wide" ? [.. PaperWidths.SkipLast(1), 1024] : PaperWidths);

    /// <summary>Whether every convolution of a SegNet is doubled (<c>type=deep</c>).</summary>
    public bool IsDeep => Type == "deep";

    private string Type => Word("type", "standard", "wide", "deep");

    /// <summary>Widths of the paper.</summary>
    public static IReadOnlyList<int> PaperWidths { get; } = [64, 128, 256, 512, 512];

    /// <summary>Reads the text form.</summary>
    /// <exception cref="UserErrorException">An unknown family, option or value, named.</exception>
    public static NetworkSpec Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var family = NetworkFamilies.Find(colon < 0 ? text : text[..colon]);
        var options = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in colon < 0 ? [] : text[(colon + 1)..].Split(';', StringSplitOptions.RemoveEmptyEntries))
        {
            if (pair.Split('=', 2) is not [var key, var value] || !family.Options.Contains(key))
            {
                var takes = family.Options.Count == 0 ? "no options" : string.Join(", ", family.Options.Select(option => option + "="));
                throw new UserErrorException(ExitCode.Usage, $"Network option '{pair}' is unknown; '{family.Name}' takes {takes}.");
            }

            options[key] = value;
        }

        return new NetworkSpec(family.Name, options);
    }

    /// <summary>An option that is one of a few words; the first is the default.</summary>
    public string Word(string option, params ReadOnlySpan<string> words)
    {
        var value = Options.GetValueOrDefault(option, words[0]);
        return words.Contains(value)
            ? value
            : throw new UserErrorException(ExitCode.Usage, $"Network option {option}={value}: choose one of {string.Join(", ", words.ToArray())}.");
    }

    /// <summary>An option that is a whole number from 1 to 4096.</summary>
    public int Number(string option, int otherwise) => Numbers(option, [otherwise])[0];

    /// <summary>An option that is a list of whole numbers, as many as the default has.</summary>
    public IReadOnlyList<int> Numbers(string option, IReadOnlyList<int> otherwise)
    {
        ArgumentNullException.ThrowIfNull(otherwise);
        if (!Options.TryGetValue(option, out var text))
        {
            return otherwise;
        }

        var parts = text.Split(',');
        var numbers = new int[parts.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            if (!int.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[i]) || numbers[i] is < 1 or > 4096)
            {
                throw new UserErrorException(ExitCode.Usage, $"Network option {option}={text}: '{parts[i]}' is not a whole number from 1 to 4096.");
            }
        }

        return numbers.Length == otherwise.Count
            ? numbers
            : throw new UserErrorException(ExitCode.Usage, $"Network option {option}={text} has {numbers.Length} entries; '{Family}' needs {otherwise.Count}.");
    }

    /// <summary>The text form that <see cref="Parse"/> reads.</summary>
    public override string ToString() =>
        Options.Count == 0 ? Family : $"{Family}:{string.Join(';', Options.Select(option => $"{option.Key}={option.Value}"))}";

    /// <inheritdoc/>
    public bool Equals(NetworkSpec? other) => other is not null && ToString() == other.ToString();

    /// <inheritdoc/>
    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);
}
