using RoboPerception.Core;
using RoboPerception.Training.Networks;
using RoboPerception.Training.Weighting;
using TorchSharp;
using static TorchSharp.torch;

namespace RoboPerception.Training.Parity;

/// <summary>Outputs, losses, gradients and running statistics of a network with the file's parameters.</summary>
internal static class NetworkParity
{
    private const double Output = 2e-4, TrainOutput = 3e-4, Loss = 2e-5, Gradient = 2e-3, RunningStatistics = 1e-4;

    /// <summary>A network of MTAN's repository.</summary>
    public static void Compare(GoldenFile file, Func<GoldenFile, PerceptionNetwork> build, ParityReport report)
    {
        using var scope = NewDisposeScope();
        using var network = build(file);
        LoadParameters(network, file);
        var input = file.Tensor("input");

        network.eval();
        using (no_grad())
        {
            CompareOutputs(network, network.forward(input), "output", Output, file, report);
        }

        if (!file.Has("loss/total"))
        {
            return;
        }

        network.train();
        var outputs = network.forward(input);
        CompareOutputs(network, outputs, "train_output", TrainOutput, file, report);
        var losses = network.Tasks.Select((task, k) => task.Loss(outputs[k], file.Tensor("target/" + task.Key))).ToArray();
        for (var k = 0; k < losses.Length; k++)
        {
            CompareLoss(losses[k], "loss/" + network.Tasks[k].Key);
        }

        var total = new EqualWeighting().Combine(losses);
        CompareLoss(total, "loss/total");
        if (file.Has("loss/total_uncertainty") && network.LogVariances is { } variances)
        {
            CompareLoss(new UncertaintyWeighting(variances).Combine(losses), "loss/total_uncertainty");
        }

        total.backward();
        CompareGradients(network, "", file, report);
        CompareRunningStatistics(network, "", file, report);

        void CompareLoss(Tensor actual, string name) => report.Relative("loss", name, actual.item<float>(), file.Scalar(name), Loss);
    }

    /// <summary>Copies the file's parameters and buffers into a network whose names must be the same.</summary>
    /// <param name="network">The network.</param>
    /// <param name="file">The file.</param>
    /// <param name="rename">The network's name of a file's parameter, where they differ.</param>
    public static void LoadParameters(nn.Module network, GoldenFile file, Func<string, string>? rename = null)
    {
        var given = Entries(file, "param/").ToDictionary(entry => rename?.Invoke(entry.Key) ?? entry.Key, entry => file.Tensor(entry.Name));
        var own = network.state_dict();
        var unknown = given.Keys.FirstOrDefault(name => !own.ContainsKey(name));
        var missing = own.Keys.FirstOrDefault(name => !given.ContainsKey(name));
        if (unknown is not null || missing is not null)
        {
            throw new UserErrorException(ExitCode.Failed, $"Parameter names differ: the file alone has '{unknown ?? "-"}', the network alone has '{missing ?? "-"}'.");
        }

        network.load_state_dict(given.ToDictionary(pair => pair.Key, pair => pair.Value.numel() == own[pair.Key].numel() ? pair.Value.view(own[pair.Key].shape) : pair.Value));
    }

    private static void CompareOutputs(PerceptionNetwork network, Tensor[] outputs, string group, double tolerance, GoldenFile file, ParityReport report)
    {
        for (var k = 0; k < outputs.Length; k++)
        {
            var name = $"{group}/{network.Tasks[k].Key}";
            report.Absolute(group, name, Values(outputs[k]), file.Floats(name), tolerance);
        }
    }

    /// <summary>Compares the gradients <c>grad/prefix...</c>.</summary>
    public static void CompareGradients(nn.Module network, string prefix, GoldenFile file, ParityReport report, Func<string, string>? rename = null)
    {
        var parameters = network.named_parameters().ToDictionary(pair => pair.name, pair => pair.parameter);
        foreach (var (name, key) in Entries(file, "grad/" + prefix))
        {
            var gradient = parameters[rename?.Invoke(key) ?? key].grad ?? throw new UserErrorException(ExitCode.Failed, $"No gradient reached '{name}'.");
            report.RelativeNorm("grad", name, Values(gradient), file.Floats(name), Gradient);
        }
    }

    /// <summary>Compares the running statistics <c>train_state/prefix...</c>.</summary>
    public static void CompareRunningStatistics(nn.Module network, string prefix, GoldenFile file, ParityReport report, Func<string, string>? rename = null)
    {
        var state = network.state_dict();
        foreach (var (name, key) in Entries(file, "train_state/" + prefix))
        {
            report.Mixed("train_state", name, Values(state[rename?.Invoke(key) ?? key]), file.Floats(name), RunningStatistics);
        }
    }

    /// <summary>Elements of a float tensor.</summary>
    public static float[] Values(Tensor tensor) => tensor.detach().contiguous().data<float>().ToArray();

    private static IEnumerable<(string Name, string Key)> Entries(GoldenFile file, string prefix) =>
        file.Names.Where(name => name.StartsWith(prefix, StringComparison.Ordinal)).Select(name => (name, name[prefix.Length..]));
}
