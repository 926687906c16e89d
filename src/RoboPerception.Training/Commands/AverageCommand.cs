using System.CommandLine;
using System.Globalization;
using RoboPerception.Core;
using RoboPerception.Training.Networks;
using RoboPerception.Training.Optimisation;
using TorchSharp;

namespace RoboPerception.Training.Commands;

/// <summary>
/// <c>roboperception-train average</c>: one network of several that were fine-tuned from each other (Wortsman et al., "Model soups", ICML 2022).
/// It costs nothing at run time and generalises better than its parts as long as they lie in one valley of the loss.
/// </summary>
internal static class AverageCommand
{
    private static readonly Argument<string[]> Checkpoints = new("checkpoint") { Description = "Checkpoints of one network, each trained from another of them (--init)", Arity = new ArgumentArity(1, 100) };
    private static readonly Option<string?> Shares = new("--weights") { Description = "Share of each checkpoint, such as 0.7,0.3; by default equal ones" };
    private static readonly Option<string> Data = new("--data") { Description = DataArguments.DataHelp, Required = true };
    private static readonly Option<string?> ValidationIds = DataArguments.Ids("--val-ids", "Images to measure the result on");
    private static readonly Option<string?> Ids = DataArguments.Ids("--ids", "Training images whose batch statistics the result gets");
    private static readonly Option<bool> Statistics = new("--measure-batch-norm") { Description = "Measure the statistics of batch norm anew on the training images instead of averaging them" };
    private static readonly Option<string> Out = new("--out") { Description = "Checkpoint to write", Required = true };

    public static Command Create()
    {
        var command = new Command("average", "Averages the parameters of checkpoints that were trained from each other, measures the result and writes it as a checkpoint") { Checkpoints, Shares, Data, Ids, ValidationIds, Statistics, Out };
        command.SetAction((parse, cancellation) => UserErrors.Guard(() => Run(parse, cancellation), mayRestart: true));
        return command;
    }

    private static ExitCode Run(ParseResult parse, CancellationToken cancellation)
    {
        var paths = parse.GetValue(Checkpoints)!;
        var shares = ReadShares(parse.GetValue(Shares), paths.Length);
        using var scope = torch.NewDisposeScope();
        var (network, state) = Checkpoint.LoadNetwork(paths[0]);
        using (network)
        {
            Mix(network, paths, shares);
            var (height, width) = (state.Options.Height, state.Options.Width);
            var ids = parse.GetValue(ValidationIds);
            var choice = new DataChoice(parse.GetValue(Data)!, parse.GetValue(Ids), ids) { Classes = network.Tasks.FirstOrDefault(task => task.Classes is not null)?.Channels ?? 0, Fit = state.Options.Fit };
            if (parse.GetValue(Statistics))
            {
                using var training = TrainingData.Open(choice with { ValidationIds = "none" }, height, width, cancellation);
                BatchStatistics.Measure(network, training.Images, torch.CPU, cancellation);
            }

            var images = TrainingData.Load(choice, ids, height, width, cancellation);
            var values = Evaluator.Evaluate(network, images, torch.CPU, cancellation);
            foreach (var value in values)
            {
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {value.Name,-40} {value.Value,9:F4}  {(value.HigherIsBetter ? "higher" : "lower")} is better"));
            }

            var score = Evaluator.Score(values);
            state = state with { Metrics = values.ToDictionary(value => value.Name, value => value.Value), BestScore = score, Commit = SourceCommit.Read() };
            Checkpoint.Save(parse.GetValue(Out)!, state, network, optimizer: null);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Wrote '{parse.GetValue(Out)}': score {score:F4} on {images.Count} images"));
        }

        return ExitCode.Ok;
    }

    /// <summary>Parameters and running statistics of the first network become the weighted mean of all.</summary>
    private static void Mix(PerceptionNetwork network, string[] paths, double[] shares)
    {
        using var noGradients = torch.no_grad();
        var own = network.state_dict().Where(pair => torch.is_floating_point(pair.Value)).ToDictionary(pair => pair.Key, pair => pair.Value, StringComparer.Ordinal);
        // Beside the network's own: a module that stands in it under two names must not be mixed twice.
        var means = own.ToDictionary(pair => pair.Key, pair => pair.Value * HeldScalar.Of(shares[0]), StringComparer.Ordinal);

        for (var i = 1; i < paths.Length; i++)
        {
            var (other, _) = Checkpoint.LoadNetwork(paths[i]);
            using (other)
            {
                if (!other.Spec.Equals(network.Spec) || !other.PredictionsLike(network))
                {
                    throw new UserErrorException(ExitCode.Usage, $"'{paths[i]}' holds '{other.Spec}', '{paths[0]}' holds '{network.Spec}': only checkpoints of one network with the same predictions (--tasks) can be averaged.");
                }

                var theirs = other.state_dict();
                foreach (var (name, mean) in means)
                {
                    mean.PlusInPlace(theirs[name] * HeldScalar.Of(shares[i]));
                }
            }
        }

        foreach (var (name, mean) in means)
        {
            own[name].copy_(mean);
        }
    }

    private static double[] ReadShares(string? text, int count)
    {
        if (text is null)
        {
            return [.. Enumerable.Repeat(1.0 / count, count)];
        }

        double[] shares = [.. text.Split(',').Select(part => double.TryParse(part, CultureInfo.InvariantCulture, out var share) && share >= 0
            ? share
            : throw new UserErrorException(ExitCode.Usage, $"--weights '{text}': '{part}' is not a share."))];
        var sum = shares.Sum();
        return shares.Length == count && sum > 0
            ? [.. shares.Select(share => share / sum)]
            : throw new UserErrorException(ExitCode.Usage, $"--weights '{text}' has {shares.Length} shares for {count} checkpoints.");
    }
}
