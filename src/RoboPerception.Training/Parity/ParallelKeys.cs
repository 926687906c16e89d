using System.Text.RegularExpressions;
using RoboPerception.Core;

namespace RoboPerception.Training.Parity;

/// <summary>
/// Names of the parameters of one-network-per-task models. Files name the task, the part of the residual network and the layer somewhere in
/// the path, but not always in the order of <see cref="Networks.ParallelResNet"/>; this puts them in that order.
/// </summary>
internal static partial class ParallelKeys
{
    private static readonly string[] Heads = ["head", "heads", "decoder", "decoders"];

    /// <summary>Our name of a file's parameter.</summary>
    /// <param name="key">The file's name.</param>
    /// <param name="shape">Its dimensions.</param>
    /// <param name="tasks">Names of the tasks.</param>
    /// <exception cref="UserErrorException">The path does not say what it belongs to.</exception>
    public static string Canonical(string key, IReadOnlyList<long> shape, IReadOnlyList<string> tasks)
    {
        var parts = key.Split('.');
        var named = parts.Where(tasks.Contains).ToArray();
        var head = Array.FindIndex(parts, Heads.Contains);
        if (named is [var unit] && key.Contains("nddr", StringComparison.OrdinalIgnoreCase))
        {
            return $"nddr.{Place(key, parts)}.{unit}.{(shape.Count == 4 ? "conv" : "bn")}.{parts[^1]}";
        }

        if (named is [var owner])
        {
            if (head >= 0)
            {
                return $"heads.{owner}.{string.Join('.', parts.Where((part, i) => i > head && part != owner))}";
            }

            if (NetworkPart().Match(key) is { Success: true } part)
            {
                return $"backbone.{owner}.{part.Groups[1].Value}";
            }
        }

        return named is [var target, var source]
            ? $"cross_stitch.{Place(key, parts)}.{target}.{source}"
            : throw new UserErrorException(ExitCode.Usage, $"Parameter '{key}' does not name its task and its place in the network.");
    }

    // Units stand after the stem, which the reference calls "conv", and after the four layers; the first of them is "layer1_without_conv" then.
    private static string Place(string key, string[] parts) =>
        parts.Select(part => LayerName().Match(part)).FirstOrDefault(match => match.Success)?.Groups[1].Value
        ?? (parts.Any(part => part == "conv" || part.Contains("stem", StringComparison.Ordinal) || part.Contains("conv1", StringComparison.Ordinal) || part.Contains("maxpool", StringComparison.Ordinal))
            ? "stem"
            : throw new UserErrorException(ExitCode.Usage, $"Parameter '{key}' does not name the layer that it stands after."));

    [GeneratedRegex("(?:^|\\.)((?:layer[1-4]\\.\\d+\\.(?:conv|bn|downsample).*)|(?:conv1\\.weight)|(?:bn1\\.\\w+))$")]
    private static partial Regex NetworkPart();

    [GeneratedRegex("^(layer[1-4])(?:_without_conv)?$")]
    private static partial Regex LayerName();
}
