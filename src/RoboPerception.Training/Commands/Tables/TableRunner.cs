using System.Globalization;
using RoboPerception.Core;
using RoboPerception.Training.Networks;
using RoboPerception.Training.Optimisation;
using RoboPerception.Training.Reports;
using static TorchSharp.torch;

namespace RoboPerception.Training.Commands.Tables;

/// <summary>What a run behind a table left.</summary>
/// <param name="Parameters">Parameters of its network.</param>
/// <param name="Log">Its epochs.</param>
internal sealed record CellResult(long Parameters, IReadOnlyList<EpochLog> Log);

/// <summary>
/// Trains the networks of a table in one folder each. A cell is claimed by a lock that the system lets go of however the process ends, so that several
/// processes share a table and a killed one is gone on with.
/// </summary>
internal sealed class TableRunner(string folder, TrainingData data, Device device)
{
    /// <summary>The results of all cells; waits for those that other processes train.</summary>
    /// <exception cref="UserErrorException">A cell was begun with another recipe.</exception>
    public IReadOnlyDictionary<TrainingOptions, CellResult> Run(IReadOnlyList<TrainingOptions> cells, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(cells);
        TrainingOptions[] distinct = [.. cells.Distinct()];
        var finished = new Dictionary<TrainingOptions, CellResult>();
        while (finished.Count < distinct.Length)
        {
            foreach (var cell in distinct.Where(cell => !finished.ContainsKey(cell)))
            {
                cancellation.ThrowIfCancellationRequested();
                if (Train(cell, $"{finished.Count + 1} of {distinct.Length}", cancellation) is { } result)
                {
                    finished[cell] = result;
                }
            }

            if (finished.Count < distinct.Length)
            {
                // Other processes are at work on the rest; should one die, its cell becomes free.
                cancellation.WaitHandle.WaitOne(TimeSpan.FromSeconds(2));
            }
        }

        return finished;
    }

    /// <summary>Trains one network, goes on with it, or takes what an earlier call has finished; null while another process trains it.</summary>
    private CellResult? Train(TrainingOptions options, string place, CancellationToken cancellation)
    {
        var name = NameOf(options);
        var own = Path.Combine(folder, name);
        Directory.CreateDirectory(own);
        using var work = Claim(Path.Combine(own, "lock"));
        if (work is null)
        {
            return null;
        }

        var last = Path.Combine(own, Trainer.LastCheckpoint);
        var begun = File.Exists(last) ? Checkpoint.ReadState(last) : null;
        if (begun is not null && (begun.Options != options || begun.TrainingImages != data.Images.Count))
        {
            throw new UserErrorException(ExitCode.Usage, $"'{own}' was begun with another recipe or budget, or other images: choose another --out, or the same options.");
        }

        var initial = new TrainingState { Options = options, TrainingImages = data.Images.Count, DataSet = data.Name, Commit = SourceCommit.Read() };
        using var trainer = begun is not null
            ? Trainer.Resume(own, data.Images, data.Validation, device)
            : Trainer.Start(own, initial, data.Images, data.Validation, device);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"[{place}] {name}: {trainer.State.Step} steps done"));
        TrainingDisplay.Show(trainer, () => trainer.Run(cancellation));
        return new CellResult(trainer.Network.ParameterCount, HtmlReport.ReadLog(Path.Combine(own, "log.jsonl")));
    }

    private static string NameOf(TrainingOptions options)
    {
        var network = options.Network.Replace(':', '-').Replace(';', '-').Replace('=', '-').Replace(',', '_');
        return string.Create(CultureInfo.InvariantCulture, $"{network}-{options.Tasks}-{options.Weighting.Replace(':', '_')}-seed{options.Seed}");
    }

    /// <summary>Takes a folder's lock for as long as the stream is open; null if another process has it.</summary>
    internal static FileStream? Claim(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
