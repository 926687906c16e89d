using System.Globalization;
using System.Text;
using RoboPerception.Core;
using RoboPerception.Training.Data;
using RoboPerception.Training.Networks;
using RoboPerception.Training.Optimisation;
using RoboPerception.Training.Reports;
using RoboPerception.Training.Tasks;
using static TorchSharp.torch;

namespace RoboPerception.Training.Commands.Tables;

/// <summary>The MTAN paper's table of the Visual Decathlon: accuracies on ten data sets, their mean and the score, from one shared run.</summary>
internal static class DecathlonTable
{
    /// <summary>Name on the command line.</summary>
    public const string Name = "decathlon";

    private const int SharedEpochs = 300, FineTuningEpochs = 100;

    // The paper's columns, in its order.
    private static readonly (string Head, string DataSet)[] Columns =
    [
        ("ImNet.", "imagenet12"), ("Airc.", "aircraft"), ("C100", "cifar100"), ("DPed", "daimlerpedcls"), ("DTD", "dtd"),
        ("GTSR", "gtsrb"), ("Flwr", "vgg-flowers"), ("Oglt", "omniglot"), ("SVHN", "svhn"), ("UCF", "ucf101"),
    ];

    /// <summary>What it shows, for the help.</summary>
    public static string Help { get; } = $"  {Name,-16} MTAN: the Visual Decathlon table: accuracy on ten data sets, their mean and the score.\n  {"",-16} Data: Visual Decathlon; 72x72, batch 128, nesterov 0.1 halved every 50 of {SharedEpochs} epochs, then 0.01 for {FineTuningEpochs} without ImageNet (--widths DEPTH,WIDEN).";

    /// <summary>What is asked for.</summary>
    /// <param name="Data">Folder of the Visual Decathlon.</param>
    /// <param name="Out">Folder of the runs.</param>
    /// <param name="Seeds">One run each.</param>
    /// <param name="Device">Where it is trained.</param>
    internal sealed record Request(string Data, string Out, IReadOnlyList<int> Seeds, Device Device)
    {
        /// <summary>Epochs in all; 0 = the paper's 400. A quarter of them is the second phase.</summary>
        public int Epochs { get; init; }

        /// <summary>At most so many images of a data set; 0 = all.</summary>
        public int Limit { get; init; }

        /// <summary>Images a step; 0 = the code's 128.</summary>
        public int BatchSize { get; init; }

        /// <summary>Layers and widening of the network; null = 28 and 4.</summary>
        public IReadOnlyList<int>? Widths { get; init; }
    }

    /// <summary>Trains what is missing, waits for what others train, and tells the table.</summary>
    public static ExitCode Run(Request request, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        IdLists.NeedFolder(request.Data);
        string[] names = [.. DecathlonDomain.All.Select(domain => domain.Name).Where(name => Directory.Exists(Path.Combine(request.Data, name)))];
        if (names.Length == 0)
        {
            throw new UserErrorException(ExitCode.NoSource, $"'{request.Data}' holds no data set of the Visual Decathlon; there are {string.Join(", ", DecathlonDomain.All.Select(domain => domain.Name))}.");
        }

        var epochs = request.Epochs > 0 ? request.Epochs : SharedEpochs + FineTuningEpochs;
        DecathlonSet[] sets = [.. names.Select(name => new DecathlonSet(DecathlonDomain.All.Single(domain => domain.Name == name), Open(request, name, "train"), Open(request, name, "val")))];
        Console.WriteLine($"MTAN: the Visual Decathlon table; {names.Length} of 10 data sets, {epochs} epochs, the last quarter at a tenth of the rate and without ImageNet");
        var results = new Dictionary<int, (long Parameters, long Trunk, IReadOnlyList<DecathlonResult> Results)>();
        while (results.Count < request.Seeds.Count)
        {
            foreach (var seed in request.Seeds.Where(seed => !results.ContainsKey(seed)))
            {
                var options = new DecathlonOptions
                {
                    DataSets = names,
                    Depth = request.Widths is [var depth, ..] ? depth : 28,
                    Widen = request.Widths is [_, var widen, ..] ? widen : 4,
                    Epochs = epochs,
                    SecondPhase = epochs * SharedEpochs / (SharedEpochs + FineTuningEpochs),
                    BatchSize = request.BatchSize > 0 ? request.BatchSize : 128,
                    Seed = seed,
                };
                if (One(request, options, sets, cancellation) is { } result)
                {
                    results[seed] = result;
                }
            }

            if (results.Count < request.Seeds.Count)
            {
                cancellation.WaitHandle.WaitOne(TimeSpan.FromSeconds(2));
                cancellation.ThrowIfCancellationRequested();
            }
        }

        var first = results[request.Seeds[0]];
        var text = Markdown((double)first.Parameters / first.Trunk, [.. request.Seeds.Select(seed => results[seed].Results)]);
        AtomicFile.Write(Path.Combine(request.Out, "table.md"), Encoding.UTF8.GetBytes(text));
        Console.WriteLine(text);
        return ExitCode.Ok;
    }

    /// <summary>The table; data sets that were not there have no figure, and without all ten there is no score.</summary>
    /// <param name="share">#P: parameters relative to the trunk.</param>
    /// <param name="seeds">Results, one list a seed.</param>
    internal static string Markdown(double share, IReadOnlyList<IReadOnlyList<DecathlonResult>> seeds)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"| Method | #P. | {string.Join(" | ", Columns.Select(column => column.Head))} | Mean | Score |\n|---|---:|{string.Concat(Columns.Select(_ => "---:|"))}---:|---:|\n");
        text.Append(CultureInfo.InvariantCulture, $"| MTAN | {share:0.##} | {string.Join(" | ", Columns.Select(column => Cell([.. seeds.Select(results => results.FirstOrDefault(result => result.Name == column.DataSet) is { } found ? 100 - found.Error : double.NaN)])))} | ");
        text.Append(ResultTable.With([.. seeds.Select(results => results.Average(result => 100 - result.Error))], "F2")).Append(" | ");
        var all = seeds.All(results => results.Count == DecathlonScore.Baseline.Count);
        text.Append(all ? ResultTable.With([.. seeds.Select(results => results.Sum(result => result.Points))], "F0") : "–").Append(" |\n\n");
        return text.Append(all
            ? "Top-1 accuracy in percent on the validation splits (the paper's are of the online test).\n"
            : $"Top-1 accuracy in percent on the validation splits, the mean over the {seeds[0].Count} data sets that were there; the score needs all ten.\n").ToString();
    }

    private static string Cell(IReadOnlyList<double> values) => ResultTable.With(values, "F2");

    private static StreamedImages Open(Request request, string name, string split) => new StreamedImages(
        SomeImages.Of(Decathlon.Open(new DataRequest(request.Data, $"{name}/{split}", Validation: split == "val", 0)), request.Limit), WideResNetMtan.ImageSize, WideResNetMtan.ImageSize);

    private static (long, long, IReadOnlyList<DecathlonResult>)? One(Request request, DecathlonOptions options, DecathlonSet[] sets, CancellationToken cancellation)
    {
        var (folder, device) = (Path.Combine(request.Out, string.Create(CultureInfo.InvariantCulture, $"seed{options.Seed}")), request.Device);
        Directory.CreateDirectory(folder);
        using var work = TableRunner.Claim(Path.Combine(folder, "lock"));
        if (work is null)
        {
            return null;
        }

        var resumes = File.Exists(Path.Combine(folder, Trainer.LastCheckpoint));
        if (resumes && !Same(DecathlonTrainer.ReadState(folder).Options, options))
        {
            throw new UserErrorException(ExitCode.Usage, $"'{folder}' was begun with another recipe or budget: choose another --out, or the same options.");
        }

        using var trainer = resumes ? DecathlonTrainer.Resume(folder, sets, device) : DecathlonTrainer.Start(folder, options, sets, device);
        AtomicFile.Write(Path.Combine(folder, Experiment.FileName), Encoding.UTF8.GetBytes(DecathlonCommand.ExperimentOf(options, request.Data, request.Limit)));
        trainer.Trained = (name, loss) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seed {options.Seed} epoch {trainer.State.Epoch + 1}/{options.Epochs}  {name,-14} loss {loss:F4}"));
        trainer.Run(cancellation);
        using var network = new WideResNetMtan([.. sets.Select(set => set.Domain.Classes)], options.Depth, options.Widen);
        return (network.ParameterCount, network.BackboneParameterCount, trainer.Measure(cancellation: cancellation));
    }

    private static bool Same(DecathlonOptions one, DecathlonOptions two) => one.DataSets.SequenceEqual(two.DataSets) && one with { DataSets = two.DataSets } == two;
}
