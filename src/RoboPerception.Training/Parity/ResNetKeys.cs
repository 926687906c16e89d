using System.Text.RegularExpressions;

namespace RoboPerception.Training.Parity;

/// <summary>Names of parameters of MTI-Net's repository, where they differ from those of our networks on one residual network.</summary>
internal static partial class ResNetKeys
{
    /// <summary><c>decoder.</c> of the single-task model and <c>decoders.TASK.</c> of the shared one are <c>heads.TASK.</c> here.</summary>
    public static string Split(string key, IReadOnlyList<string> tasks)
    {
        if (key.StartsWith("decoder.", StringComparison.Ordinal))
        {
            return $"heads.{tasks[0]}.{key["decoder.".Length..]}";
        }

        return key.StartsWith("decoders.", StringComparison.Ordinal) ? "heads." + key["decoders.".Length..] : key;
    }

    /// <summary>The attention network: its trunk is one residual network there, and tasks have names in place of numbers.</summary>
    /// <param name="key">The file's name.</param>
    /// <param name="blocks">Blocks of the four layers.</param>
    /// <param name="tasks">Names of the tasks.</param>
    public static string Attention(string key, IReadOnlyList<int> blocks, IReadOnlyList<string> tasks)
    {
        if (Stem().Match(key) is { Success: true } stem)
        {
            return $"shared_conv.{(stem.Groups[1].Value == "conv1" ? 0 : 1)}.{stem.Groups[2].Value}";
        }

        if (Block().Match(key) is { Success: true } block)
        {
            var (layer, number) = (int.Parse(block.Groups[1].ValueSpan, null), int.Parse(block.Groups[2].ValueSpan, null));
            return number == blocks[layer - 1] - 1 ? $"shared_layer{layer}_t.{block.Groups[3].Value}" : $"shared_layer{layer}_b.{number}.{block.Groups[3].Value}";
        }

        if (Mask().Match(key) is { Success: true } mask)
        {
            return $"encoder_att_{mask.Groups[1].Value}.{Place(mask.Groups[2].Value)}.{mask.Groups[3].Value}";
        }

        if (Refinement().Match(key) is { Success: true } refinement)
        {
            return $"encoder_block_att_{refinement.Groups[1].Value}.{refinement.Groups[2].Value}";
        }

        return Head().Match(key) is { Success: true } head ? $"decoders.{Place(head.Groups[1].Value)}.{head.Groups[2].Value}" : key;

        string Place(string task)
        {
            var place = tasks.ToList().IndexOf(task);
            return place >= 0 ? place.ToString(System.Globalization.CultureInfo.InvariantCulture) : task;
        }
    }

    [GeneratedRegex(@"^backbone\.(conv1|bn1)\.(\w+)$")]
    private static partial Regex Stem();

    [GeneratedRegex(@"^backbone\.layer([1-4])\.(\d+)\.(.+)$")]
    private static partial Regex Block();

    [GeneratedRegex(@"^(?:attention|encoder_att)_([1-4])\.(\w+)\.(.+)$")]
    private static partial Regex Mask();

    // The reference wraps the block in a chain of one.
    [GeneratedRegex(@"^(?:refine|refinement|encoder_block_att)_([1-3])\.(?:0\.)?(.+)$")]
    private static partial Regex Refinement();

    [GeneratedRegex(@"^(?:heads|decoders)\.(\w+)\.(.+)$")]
    private static partial Regex Head();
}
