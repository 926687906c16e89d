using RoboPerception.Core;
using RoboPerception.Training.Networks;
using RoboPerception.Training.Tasks;
using RoboPerception.Training.Weighting;
using TorchSharp;
using static TorchSharp.torch;

namespace RoboPerception.Training.Parity;

/// <summary>Outputs, losses, gradients and running statistics of a network with the file's parameters: whatever of them the file holds.</summary>
internal static class NetworkParity
{
    private const string LogVariances = "logsigma";

    private static readonly string[] TrainingGroups = ["train_output/", "loss/", "grad/", "train_state/"];

    /// <summary>A network without intermediate predictions.</summary>
    /// <param name="file">The reference values.</param>
    /// <param name="network">The network, with fresh parameters.</param>
    /// <param name="report">Takes the deviations.</param>
    /// <param name="rename">The network's name of a file's parameter, where they differ.</param>
    public static void Compare(GoldenFile file, PerceptionNetwork network, ParityReport report, Func<string, string>? rename = null)
    {
        var mti = GoldenTasks.IsMti(file);
        LoadParameters(network, file, rename);
        var input = file.Input();
        if (file.HasGroup("output/"))
        {
            network.eval();
            using var noGradients = no_grad();
            CompareOutputs(Predictions(), "output", Tolerances.Output);
        }

        if (!HoldsTraining(file))
        {
            return;
        }

        network.train();
        var outputs = Predictions();
        CompareOutputs(outputs, "train_output", new Tolerances(file).TrainOutput);
        var losses = network.Tasks.Index().Where(entry => file.Has("target/" + Key(entry.Item))).Select(entry => (Task: entry.Item, Loss: LossOf(entry.Item, outputs[entry.Index]))).ToArray();
        foreach (var (task, loss) in losses.Where(entry => file.Has("loss/" + Key(entry.Task))))
        {
            report.Relative("loss", "loss/" + Key(task), loss.item<float>(), file.Scalar("loss/" + Key(task)), Tolerances.Loss);
        }

        CompareTotals(file, losses, network.LogVariances, report);
        if (losses.Length > 0 && file.HasGroup("grad/"))
        {
            new EqualWeighting().Combine([.. losses.Select(entry => entry.Loss)]).backward();
            CompareGradients(network, "", file, report, rename);
        }

        CompareRunningStatistics(network, "", file, report, rename);

        string Key(TaskDescription task) => mti ? task.MtiKey : task.Key;

        // The reference of MTI-Net leaves activations to losses and metrics.
        Tensor[] Predictions()
        {
            if (network is not ResNetNetwork residual)
            {
                return network.forward(input);
            }

            var (height, width) = file.OutputSize(input.shape);
            var raw = residual.ForwardRaw(input, height, width);
            return mti ? raw : [.. raw.Zip(network.Tasks, (map, task) => task.Activate(map))];
        }

        Tensor LossOf(TaskDescription task, Tensor output) => mti
            ? task.Loss(task.Activate(output), MtiReference.Target(file, task, "target/" + Key(task)))
            : task.Loss(output, file.Tensor("target/" + Key(task)));

        void CompareOutputs(Tensor[] values, string group, double tolerance)
        {
            foreach (var (task, value) in network.Tasks.Zip(values))
            {
                Absolute(value, group, $"{group}/{Key(task)}", tolerance, file, report);
            }
        }
    }

    /// <summary>Whether the file holds anything of a training pass.</summary>
    public static bool HoldsTraining(GoldenFile file) => TrainingGroups.Any(file.HasGroup);

    /// <summary>Compares a map if the file has it; another shape is a deviation.</summary>
    public static void Absolute(Tensor actual, string group, string name, double tolerance, GoldenFile file, ParityReport report)
    {
        if (file.Has(name))
        {
            report.Absolute(group, name, actual.shape.SequenceEqual(file.Shape(name)) ? Values(actual) : [], file.Floats(name), tolerance);
        }
    }

    /// <summary>Sums of the tasks' losses: with equal weights, with those of the tasks, with log-variances.</summary>
    public static void CompareTotals(GoldenFile file, (TaskDescription Task, Tensor Loss)[] losses, Tensor? logVariances, ParityReport report)
    {
        if (losses.Length == 0)
        {
            return;
        }

        Number("loss/total", () => new EqualWeighting().Combine([.. losses.Select(entry => entry.Loss)]));
        Number("loss/total_weighted", () => losses.Select(entry => entry.Loss * HeldScalar.Of(MtiReference.Weight(file, entry.Task))).Aggregate((sum, next) => sum.Plus(next)));
        if (logVariances is not null && logVariances.numel() >= losses.Length)
        {
            Number("loss/total_uncertainty", () => new UncertaintyWeighting(logVariances).Combine([.. losses.Select(entry => entry.Loss)]));
        }

        void Number(string name, Func<Tensor> actual)
        {
            if (file.Has(name))
            {
                report.Relative("loss", name, actual().item<float>(), file.Scalar(name), Tolerances.Loss);
            }
        }
    }

    /// <summary>
    /// Copies the file's parameters and buffers into a network whose names must be the same. Only counters of batch norm may be missing, and log-variances,
    /// which no prediction depends on; of those a network of fewer tasks takes the first, as copies of the reference for two tasks have three.
    /// </summary>
    /// <exception cref="UserErrorException">Names or shapes differ.</exception>
    public static void LoadParameters(nn.Module network, GoldenFile file, Func<string, string>? rename = null)
    {
        var given = file.Parameters.ToDictionary(key => rename?.Invoke(key) ?? key, key => key, StringComparer.Ordinal);
        var own = network.state_dict();
        var unknown = given.Keys.FirstOrDefault(name => !own.ContainsKey(name) && name != LogVariances);
        var missing = own.Keys.FirstOrDefault(name => !given.ContainsKey(name) && name != LogVariances && !name.EndsWith("num_batches_tracked", StringComparison.Ordinal));
        if (unknown is not null || missing is not null)
        {
            throw new UserErrorException(ExitCode.Failed, $"Parameter names differ: the file alone has '{unknown ?? "-"}', the network alone has '{missing ?? "-"}'.");
        }

        using var noGradients = no_grad();
        foreach (var (name, target) in own)
        {
            if (!given.TryGetValue(name, out var key))
            {
                target.zero_();
                continue;
            }

            var value = file.Parameter(key);
            value = name == LogVariances && value.numel() > target.numel() ? value.flatten().slice(0, 0, target.numel(), 1) : value;
            if (value.numel() != target.numel())
            {
                throw new UserErrorException(ExitCode.Failed, $"Parameter '{key}' has {value.numel()} values, the network's '{name}' has {target.numel()}.");
            }

            target.copy_(value.view(target.shape));
        }
    }

    /// <summary>Compares the gradients <c>grad/prefix...</c>.</summary>
    public static void CompareGradients(nn.Module network, string prefix, GoldenFile file, ParityReport report, Func<string, string>? rename = null)
    {
        var parameters = network.named_parameters().ToDictionary(pair => pair.name, pair => pair.parameter);
        var tolerances = new Tolerances(file);
        foreach (var (name, key) in Entries(file, "grad/" + prefix))
        {
            if (!parameters.TryGetValue(rename?.Invoke(key) ?? key, out var parameter))
            {
                report.Missing(HeadGroup(tolerances, key), name);
                continue;
            }

            // A parameter that the losses do not reach has none, which is a gradient of zeros.
            var gradient = parameter.grad is { } own ? Values(own) : new float[parameter.numel()];
            report.RelativeNorm(HeadGroup(tolerances, key), name, gradient, file.Floats(name), tolerances.Gradient(key));
        }
    }

    /// <summary>Compares the running statistics <c>train_state/prefix...</c>.</summary>
    public static void CompareRunningStatistics(nn.Module network, string prefix, GoldenFile file, ParityReport report, Func<string, string>? rename = null)
    {
        var state = network.state_dict();
        foreach (var (name, key) in Entries(file, "train_state/" + prefix))
        {
            if (!state.TryGetValue(rename?.Invoke(key) ?? key, out var value))
            {
                report.Missing("train_state", name);
            }
            else if (value.dtype == ScalarType.Int64)
            {
                report.Number("counters", name, value.sum().item<long>(), file.Integers(name).Sum(), 0);
            }
            else
            {
                report.Mixed("train_state", name, Values(value), file.Floats(name), Tolerances.RunningStatistics);
            }
        }
    }

    /// <summary>Elements of a float tensor.</summary>
    public static float[] Values(Tensor tensor) => tensor.detach().to(float32).contiguous().data<float>().ToArray();

    // One group has one tolerance; only files that are ill-conditioned have two.
    private static string HeadGroup(Tolerances tolerances, string key) => tolerances.Gradient(key) < tolerances.Gradient("") ? "grad of heads" : "grad";

    private static (string Name, string Key)[] Entries(GoldenFile file, string prefix) =>
        [.. file.Names.Where(name => name.StartsWith(prefix, StringComparison.Ordinal)).Select(name => (name, name[prefix.Length..]))];
}
