using System.Globalization;
using System.Text;
using RoboPerception.Core;
using RoboPerception.Training.Networks;
using RoboPerception.Training.Optimisation;
using RoboPerception.Training.Reports;
using static TorchSharp.torch;

namespace RoboPerception.Training.Commands.Tables;

/// <summary>What a run behind a table left.</summary>
/// <param name="Parameters">Parameters of its network.</param>
/// <param name="Log">Its epochs.</param>
internal sealed record CellResult(long Parameters, IReadOnlyList<EpochLog> Log)
{
    /// <summary>Whether it has been trained.</summary>
    public bool IsThere => Log.Count > 0;

    /// <summary>What stands for a run that is not finished: a network without figures.</summary>
    public static CellResult Missing(TrainingOptions cell)
    {
        ArgumentNullException.ThrowIfNull(cell);
        using var network = PerceptionNetwork.Create(NetworkSpec.Parse(cell.Network), TaskList.Parse(cell.Tasks!), cell.ImageScale);
        return new CellResult(network.ParameterCount, []);
    }
}

/// <summary>
/// Trains the networks of a table in one folder each. A cell is claimed by a lock that the system lets go of however the process ends, so that several
/// processes share a table and a killed one is gone on with.
/// </summary>
/// <param name="folder">Folder of the table.</param>
/// <param name="data">Images of every cell.</param>
/// <param name="device">Where it is trained.</param>
/// <param name="experiment">The experiment file of a cell.</param>
internal sealed class TableRunner(string folder, TrainingData data, Device device, Func<TrainingOptions, string> experiment)
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

    /// <summary>The results of those cells that are finished; nothing is trained, and cells that others train at the moment may be read.</summary>
    /// <exception cref="UserErrorException">A cell was begun with another recipe.</exception>
    public IReadOnlyDictionary<TrainingOptions, CellResult> Finished(IReadOnlyList<TrainingOptions> cells)
    {
        ArgumentNullException.ThrowIfNull(cells);
        var finished = new Dictionary<TrainingOptions, CellResult>();
        foreach (var cell in cells.Distinct())
        {
            var own = Path.Combine(folder, NameOf(cell));
            if (Begun(own, cell) is { } state && (state.Epoch >= cell.Epochs || (cell.Steps > 0 && state.Step >= cell.Steps)))
            {
                finished[cell] = CellResult.Missing(cell) with { Log = HtmlReport.ReadLog(Path.Combine(own, "log.jsonl")) };
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

        var begun = Begun(own, options);
        var initial = new TrainingState { Options = options, TrainingImages = data.Images.Count, DataSet = data.Name, Commit = SourceCommit.Read() };
        using var trainer = begun is not null
            ? Trainer.Resume(own, data.Images, data.Validation, device)
            : Trainer.Start(own, initial, data.Images, data.Validation, device);
        AtomicFile.Write(Path.Combine(own, Experiment.FileName), Encoding.UTF8.GetBytes(experiment(options)));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"[{place}] {name}: {trainer.State.Step} steps done"));
        TrainingDisplay.Show(trainer, () => trainer.Run(cancellation));
        return new CellResult(trainer.Network.ParameterCount, HtmlReport.ReadLog(Path.Combine(own, "log.jsonl")));
    }

    /// <summary>Where a cell stands; null if nobody has begun it.</summary>
    private TrainingState? Begun(string own, TrainingOptions options)
    {
        var last = Path.Combine(own, Trainer.LastCheckpoint);
        var begun = File.Exists(last) ? Checkpoint.ReadState(last) : null;
        return begun is null || (begun.Options == options && begun.TrainingImages == data.Images.Count)
            ? begun
            : throw new UserErrorException(ExitCode.Usage, $"'{own}' was begun with another recipe or budget, or other images: choose another --out, or the same options.");
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
