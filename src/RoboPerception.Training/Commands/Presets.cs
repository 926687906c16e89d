using RoboPerception.Core;

namespace RoboPerception.Training.Commands;

/// <summary>Experiments that come with the program, in the form of experiment files (see <see cref="Experiment"/>).</summary>
internal static class Presets
{
    /// <summary>The newcomer's first run: rendered rooms, no download, about a minute and a half on two cores, then a report to look at.</summary>
    private const string Smoke = """
        network: split-segnet:widths=16,16,32,32,32
        data: scene://samples?seed=1&count=200
        cache-scenes: true
        out: runs/smoke
        size: 64x96
        batch: 8
        optimizer: adamw
        lr: 5e-3
        schedule: one-cycle
        weighting: fixed:2,1,1
        ema: 0.98
        epochs: 1000
        minutes: 1.25
        val-every: 4
        """;

    /// <summary>The recipe of the MTAN paper on NYU Depth v2: 80,000 steps, halved at 40,000; give --data and --out.</summary>
    private const string MtanNyu = """
        network: mtan-segnet
        size: 288x384
        batch: 2
        optimizer: adam
        lr: 1e-4
        schedule: halved
        weighting: dwa
        no-augmentation: true
        steps: 80000
        epochs: 1000
        """;

    private static readonly Dictionary<string, string> Texts = new(StringComparer.Ordinal) { ["smoke"] = Smoke, ["mtan-nyuv2"] = MtanNyu };

    /// <summary>Every name.</summary>
    public static IReadOnlyCollection<string> Names => Texts.Keys;

    /// <summary>The experiment of a name.</summary>
    /// <exception cref="UserErrorException">There is none.</exception>
    public static string Find(string name) => Texts.TryGetValue(name, out var text)
        ? text
        : throw new UserErrorException(ExitCode.Usage, $"Preset '{name}' is unknown; choose one of {string.Join(", ", Names)}.");
}
