using RoboPerception.Core;
using RoboPerception.Training.Networks;
using RoboPerception.Training.Networks.Pyramid;

namespace RoboPerception.Training.Commands;

/// <summary>One architecture of a table: a network for all tasks, or one per task.</summary>
/// <param name="Label">Name in the table.</param>
/// <param name="Network">Family and options other than widths.</param>
/// <param name="PerTask">Whether each task has a network of its own.</param>
internal sealed record TableArchitecture(string Label, string Network, bool PerTask = false)
{
    /// <summary>The network with SegNet levels of other widths, in text form; unchanged if it is not built on SegNet.</summary>
    /// <remarks>The wide split network has twice the channels at the last level (architectures.md section 1.3).</remarks>
    public string WithWidths(IReadOnlyList<int> widths)
    {
        ArgumentNullException.ThrowIfNull(widths);
        if (!NetworkSpec.Parse(Network).Family.EndsWith("segnet", StringComparison.Ordinal))
        {
            return Network;
        }

        var isWide = Network.Contains("type=wide", StringComparison.Ordinal);
        var own = widths.Select((width, level) => isWide && level == widths.Count - 1 ? 2 * width : width);
        return $"{Network}{(Network.Contains(':', StringComparison.Ordinal) ? ';' : ':')}widths={string.Join(',', own)}";
    }
}

/// <summary>A grid of architectures and weightings; one network per task has nothing to weigh and is trained once.</summary>
internal sealed record TablePreset(string Name, string Summary, IReadOnlyList<TableArchitecture> Architectures, IReadOnlyList<string> Weightings)
{
    private static readonly string[] PaperWeightings = ["equal", "uncertainty", "dwa"];
    private static readonly TableArchitecture One = new("One task", NetworkSpec.Single, PerTask: true);
    private static readonly TableArchitecture Mtan = new("MTAN", NetworkSpec.Mtan);

    /// <summary>Every grid.</summary>
    public static IReadOnlyList<TablePreset> All { get; } =
    [
        new(
            "mtan-nyuv2",
            "the MTAN paper's table: seven architectures, three weightings",
            [
                One,
                new("STAN", NetworkSpec.Stan, PerTask: true),
                new("Split, wide", NetworkSpec.Split + ":type=wide"),
                new("Split, deep", NetworkSpec.Split + ":type=deep"),
                new("Dense", NetworkSpec.Dense),
                new("Cross-stitch", NetworkSpec.CrossStitch),
                Mtan,
            ],
            PaperWeightings),
        new(
            "edge-nyuv2",
            "seven architectures small enough for a robot, MTI-Net among them, three weightings (give --widths 16,32,64,128,128)",
            [
                One,
                new("STAN", NetworkSpec.Stan, PerTask: true),
                new("Split, wide", NetworkSpec.Split + ":type=wide"),
                new("Dense", NetworkSpec.Dense),
                new("Cross-stitch", NetworkSpec.CrossStitch),
                Mtan,
                new("MTI-Net", MtiNetFamilies.HrNetFamily + ":channels=16,32,48,64;stage1=16;modules=1,1,1,1;blocks=1"),
            ],
            PaperWeightings),
        new("mini", "one task, split and MTAN with three weightings", [One, new("Split", NetworkSpec.Split), Mtan], PaperWeightings),
        new("weightings", "MTAN with every weighting", [One, Mtan], ["equal", "uncertainty", "dwa", "gradnorm", "dtp", "rlw", "pcgrad", "cagrad", "imtl", "famo", "nash", "aligned"]),
    ];

    /// <summary>The grid of a name.</summary>
    /// <exception cref="UserErrorException">There is none.</exception>
    public static TablePreset Find(string name) => All.FirstOrDefault(preset => preset.Name == name)
        ?? throw new UserErrorException(ExitCode.Usage, $"Table '{name}' is unknown; choose one of {string.Join("; ", All.Select(preset => $"{preset.Name} ({preset.Summary})"))}.");
}
