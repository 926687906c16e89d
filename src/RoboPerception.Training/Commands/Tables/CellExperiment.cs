using System.Globalization;
using RoboPerception.Training.Optimisation;

namespace RoboPerception.Training.Commands.Tables;

/// <summary>The run of a table's cell as an experiment of <c>train</c>, so that any of them can be repeated, watched or changed by itself.</summary>
internal static class CellExperiment
{
    /// <summary>The text of its experiment file.</summary>
    /// <param name="cell">The recipe.</param>
    /// <param name="data">The table's images.</param>
    /// <param name="threads">Threads of libtorch; 0 = its default.</param>
    public static string Text(TrainingOptions cell, DataChoice data, int threads)
    {
        ArgumentNullException.ThrowIfNull(cell);
        ArgumentNullException.ThrowIfNull(data);
        var parse = TrainCommand.Create().Parse([.. Arguments(cell, data, threads)]);
        return TrainRecipe.Read(parse) == cell
            ? Experiment.Text(parse, TrainOptions.Groups, TrainOptions.NotOfTheExperiment)
            : throw new InvalidOperationException("A table sets an option that its experiment file does not name.");
    }

    private static IEnumerable<string> Arguments(TrainingOptions cell, DataChoice data, int threads)
    {
        var given = new List<(string Name, string? Value)>
        {
            ("--data", data.Address),
            ("--ids", data.Ids),
            ("--val-ids", data.ValidationIds),
            ("--classes", Unless(0, data.Classes)),
            ("--limit", Unless(0, data.Limit)),
            ("--size", string.Create(CultureInfo.InvariantCulture, $"{cell.Height}x{cell.Width}")),
            ("--fit", cell.Fit.ToString().ToLowerInvariant()),
            ("--network", cell.Network),
            ("--tasks", cell.Tasks),
            ("--backbone", cell.Backbone),
            ("--crop-fraction", cell.CropFraction.ToString("R", CultureInfo.InvariantCulture)),
            ("--epochs", Unless(0, cell.Epochs)),
            ("--steps", Unless(0, cell.Steps)),
            ("--batch", Unless(0, cell.BatchSize)),
            ("--lr", cell.LearningRate.ToString("R", CultureInfo.InvariantCulture)),
            ("--optimizer", cell.Optimizer),
            ("--l2", cell.L2Penalty.ToString("R", CultureInfo.InvariantCulture)),
            ("--schedule", cell.Schedule),
            ("--weighting", cell.Weighting),
            ("--seed", cell.Seed.ToString(CultureInfo.InvariantCulture)),
            ("--val-every", Unless(0, cell.ValidationInterval)),
            ("--threads", Unless(0, threads)),
        };
        (string Name, bool Set)[] flags = [("--cache-scenes", data.CacheScenes), ("--no-augmentation", !cell.Augment), ("--no-colour-jitter", !cell.ColourJitter)];
        return given.Where(option => option.Value is not null).SelectMany(option => new[] { option.Name, option.Value! }).Concat(flags.Where(flag => flag.Set).Select(flag => flag.Name));
    }

    private static string? Unless(long nothing, long value) => value == nothing ? null : value.ToString(CultureInfo.InvariantCulture);
}
