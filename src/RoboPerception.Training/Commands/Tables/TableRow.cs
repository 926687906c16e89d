using RoboPerception.Training.Networks;

namespace RoboPerception.Training.Commands.Tables;

/// <summary>One row of a table: a network for all tasks, or one for each.</summary>
/// <param name="Label">Name in the table.</param>
/// <param name="Network">Family and options other than widths.</param>
/// <param name="Tasks">Keys of the tasks, as <c>--tasks</c> takes them.</param>
/// <param name="Weighting">How their losses are weighed; empty where there is one task only.</param>
internal sealed record TableRow(string Label, string Network, IReadOnlyList<string> Tasks, string Weighting = "")
{
    /// <summary>Whether each task has a network of its own; such a row has nothing to weigh.</summary>
    public bool PerTask { get; init; }

    /// <summary>A recipe that differs from the table's; null = the table's.</summary>
    public TableRecipe? Recipe { get; init; }

    /// <summary>The tasks of every run behind the row.</summary>
    public IReadOnlyList<string> Runs => PerTask ? Tasks : [string.Join(',', Tasks)];

    /// <summary>
    /// The network with other widths, in text form: five of a SegNet's levels, four of an HRNet's branches (then with one module and one block a stage) or
    /// of the layers of a residual network.
    /// </summary>
    /// <remarks>The wide split network has twice the channels at the last level (architectures.md section 1.3).</remarks>
    public string WithWidths(IReadOnlyList<int> widths)
    {
        ArgumentNullException.ThrowIfNull(widths);
        var family = NetworkSpec.Parse(Network).Family;
        if (family.EndsWith("segnet", StringComparison.Ordinal))
        {
            var isWide = Network.Contains("type=wide", StringComparison.Ordinal);
            return With($"widths={string.Join(',', widths.Select((width, level) => isWide && level == widths.Count - 1 ? 2 * width : width))}");
        }

        if (family.EndsWith("hrnet", StringComparison.Ordinal) && widths.Count == 4)
        {
            var feature = family.StartsWith("padnet", StringComparison.Ordinal) ? $";feature={4 * widths[0]};bottleneck={widths[0]}" : "";
            return With($"channels={string.Join(',', widths)};stage1={widths[0]};modules=1,1,1,1;blocks=1{feature}");
        }

        return family.EndsWith("resnet", StringComparison.Ordinal) && widths.Count == 4 ? With($"middle={string.Join(',', widths)};stem={widths[0]};width={widths[0]}") : Network;
    }

    /// <summary>The network with a further option.</summary>
    public string With(string option) => $"{Network}{(Network.Contains(':', StringComparison.Ordinal) ? ';' : ':')}{option}";
}
