using System.CommandLine;
using System.Globalization;
using System.Text;
using RoboPerception.Core;
using RoboPerception.Onnx;
using RoboPerception.Training.Data;
using RoboPerception.Training.Export;
using RoboPerception.Training.Networks;
using RoboPerception.Training.Optimisation;
using RoboPerception.Training.Tasks;
using static TorchSharp.torch;

namespace RoboPerception.Training.Commands;

/// <summary><c>roboperception-train decathlon</c>: the MTAN paper's second experiment.</summary>
internal static class DecathlonCommand
{
    private static readonly Option<string?> Config = Experiment.ConfigOption();
    private static readonly Option<string?> Data = new("--data") { Description = "Folder of the Visual Decathlon: DATASET/{train,val}/CLASS/FILE" };
    private static readonly Option<string?> DataSets = new("--data-sets") { Description = "Data sets to train, separated by commas; by default all that the folder has" };
    private static readonly Option<string?> Out = new("--out") { Description = "Folder of the run" };
    private static readonly Option<int> Limit = new("--limit") { Description = "At most so many images of a data set; 0 = all" };
    private static readonly Option<int> Depth = new("--depth") { Description = "Layers of the wide residual network", DefaultValueFactory = _ => 28 };
    private static readonly Option<int> Widen = new("--widen") { Description = "Factor of its channels", DefaultValueFactory = _ => 4 };
    private static readonly Option<int> Epochs = new("--epochs") { Description = "Times that every data set is shown; the last quarter at a tenth of the rate and without ImageNet", DefaultValueFactory = _ => 400 };
    private static readonly Option<int> BatchSize = new("--batch") { Description = "Images per step", DefaultValueFactory = _ => 128 };
    private static readonly Option<double> LearningRate = new("--lr") { Description = "Learning rate of the first phase", DefaultValueFactory = _ => 0.1 };
    private static readonly Option<int> Seed = new("--seed") { Description = "Seed of parameters, order and views", DefaultValueFactory = _ => 1 };
    private static readonly Option<string> Damaged = DataArguments.Damaged();
    private static readonly Option<bool> Streamed = DataArguments.Stream();
    private static readonly Option<int> LoaderThreads = DataArguments.LoaderThreads();
    private static readonly Option<string> DeviceName = new("--device") { Description = "cpu or cuda", DefaultValueFactory = _ => "cpu" };
    private static readonly Option<bool> ExportFlag = new("--export") { Description = "Write DATASET.onnx into --out for every data set: image in bytes to class probabilities" };
    private static readonly Option<bool> ResumeFlag = new("--resume") { Description = "Go on with the run in --out; its recipe is used" };

    public static Command Create()
    {
        var command = new Command("decathlon", "Trains MTAN on a wide residual network for the data sets of the Visual Decathlon and prints errors and points")
        {
            Data, DataSets, Out, Config, Depth, Widen, Epochs, BatchSize, LearningRate, Limit, Seed, Damaged, Streamed, LoaderThreads, DeviceName, ExportFlag, ResumeFlag,
        };
        command.SetAction((parse, cancellation) => UserErrors.Guard(
            () => Run(parse.GetValue(Config) is { } path ? Experiment.Complete(command, parse, path, Experiment.Read(path)) : parse, cancellation), mayRestart: true));
        return command;
    }

    /// <summary>The experiment file of a run of the papers' table, which holds images on disk.</summary>
    public static string ExperimentOf(DecathlonOptions options, string data, int limit) => ExperimentOf(Create().Parse(
    [
        Data.Name, data, DataSets.Name, string.Join(',', options.DataSets), Streamed.Name,
        .. new (Option Option, IFormattable Value)[] { (Depth, options.Depth), (Widen, options.Widen), (Epochs, options.Epochs), (BatchSize, options.BatchSize), (LearningRate, options.LearningRate), (Limit, limit), (Seed, options.Seed) }
            .SelectMany(entry => new[] { entry.Option.Name, entry.Value.ToString(null, CultureInfo.InvariantCulture) }),
    ]));

    private static string ExperimentOf(ParseResult parse) => Experiment.Text(
        parse, [new OptionGroup("Decathlon", [Data, DataSets, Depth, Widen, Epochs, BatchSize, LearningRate, Limit, Seed, Damaged, Streamed, LoaderThreads, DeviceName, ExportFlag])], []);

    private static ExitCode Run(ParseResult parse, CancellationToken cancellation)
    {
        var (folder, root) = (TrainCommand.Required(parse.GetValue(Out), Out.Name), TrainCommand.Required(parse.GetValue(Data), Data.Name));
        var resume = parse.GetValue(ResumeFlag);
        if (!resume && File.Exists(Path.Combine(folder, Trainer.LastCheckpoint)))
        {
            throw new UserErrorException(ExitCode.Usage, $"'{folder}' holds a run: add --resume to go on with it, or choose another --out.");
        }

        var options = resume ? DecathlonTrainer.ReadState(folder).Options : Recipe(parse, root);
        var device = Arguments.Device(parse.GetValue(DeviceName)!);
        DecathlonSet[] sets = [.. options.DataSets.Select(name => new DecathlonSet(
            DecathlonDomain.All.Single(domain => domain.Name == name), Open(parse, root, name, "train", cancellation), Open(parse, root, name, "val", cancellation)))];
        using var trainer = resume ? DecathlonTrainer.Resume(folder, sets, device) : DecathlonTrainer.Start(folder, options, sets, device);
        if (!resume)
        {
            AtomicFile.Write(Path.Combine(folder, Experiment.FileName), Encoding.UTF8.GetBytes(ExperimentOf(parse)));
        }

        trainer.LoaderThreads = Math.Max(1, parse.GetValue(LoaderThreads));
        trainer.Trained = (name, loss) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"epoch {trainer.State.Epoch + 1}/{options.Epochs}  {name,-14} loss {loss:F4}"));
        trainer.Run(cancellation);
        Tell(trainer.Measure(
            (k, network) =>
            {
                if (parse.GetValue(ExportFlag))
                {
                    Export(folder, root, network, k, sets[k]);
                }
            },
            cancellation));
        return ExitCode.Ok;
    }

    private static void Export(string folder, string root, WideResNetMtan network, int k, DecathlonSet set)
    {
        var path = Path.Combine(folder, $"{set.Domain.Name}.onnx");
        OnnxFile.Write(path, DecathlonExport.Export(network, k, set.Domain.Name, Decathlon.ClassNames(root, set.Domain.Name), set.Training.Statistics, out var deviation));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Wrote '{path}': largest deviation {deviation:0.0e-0} (allowed {ExportParity.DeviationLimit:0e-0})"));
    }

    private static DecathlonOptions Recipe(ParseResult parse, string root)
    {
        IdLists.NeedFolder(root);
        string[] names = parse.GetValue(DataSets) is { } chosen
            ? chosen.Split(',')
            : [.. DecathlonDomain.All.Select(domain => domain.Name).Where(name => Directory.Exists(Path.Combine(root, name)))];
        var unknown = names.FirstOrDefault(name => DecathlonDomain.All.All(domain => domain.Name != name));
        if (names.Length == 0 || unknown is not null)
        {
            throw new UserErrorException(
                ExitCode.Usage, $"{(unknown is null ? $"'{root}' holds no data set" : $"Data set '{unknown}' is unknown")}; there are {string.Join(", ", DecathlonDomain.All.Select(domain => domain.Name))}.");
        }

        var epochs = Arguments.Positive(parse.GetValue(Epochs), "--epochs");
        return new DecathlonOptions
        {
            // Branches have the challenge's order, whatever the order on the command line.
            DataSets = [.. DecathlonDomain.All.Select(domain => domain.Name).Where(name => names.Contains(name))],
            Depth = Arguments.Positive(parse.GetValue(Depth), "--depth"),
            Widen = Arguments.Positive(parse.GetValue(Widen), "--widen"),
            Epochs = epochs,
            SecondPhase = epochs * 3 / 4,
            BatchSize = Arguments.Positive(parse.GetValue(BatchSize), "--batch"),
            LearningRate = parse.GetValue(LearningRate),
            Seed = parse.GetValue(Seed),
        };
    }

    private static ImageSource Open(ParseResult parse, string root, string name, string split, CancellationToken cancellation)
    {
        const int size = WideResNetMtan.ImageSize;
        var reader = SomeImages.Of(Decathlon.Open(new DataRequest(root, $"{name}/{split}", Validation: split == "val", 0)), parse.GetValue(Limit));
        var damaged = DataArguments.Policy(parse.GetValue(Damaged)!);
        return parse.GetValue(Streamed) ? DataArguments.Streamed(reader, (size, size), damaged) : DataArguments.Load(reader, (size, size), damaged, compare: false, cancellation);
    }

    private static void Tell(IReadOnlyList<DecathlonResult> results)
    {
        Console.WriteLine($"{"data set",-14} {"images",9} {"top-1 error",12} {"points",8}");
        foreach (var result in results)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{result.Name,-14} {result.Images,9} {result.Error,10:F2} % {result.Points,8:F1}"));
        }

        var all = results.Count == DecathlonScore.Baseline.Count;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{(all ? "decathlon score" : "sum (the score needs all ten)")}: {results.Sum(result => result.Points):F0}"));
    }
}
