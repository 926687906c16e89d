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

    public static void Compare(GoldenFile file, ParityReport report)
    {
        using var scope = NewDisposeScope();
        using var network = GoldenNetworks.SegNet(file);
        LoadParameters(network, file);
        var input = file.Tensor("input");

        network.eval();
        using (no_grad())
        {
            CompareOutputs(network, network.forward(input), "output", Output, file, report);
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
        if (file.Has("loss/total_uncertainty"))
        {
            CompareLoss(new UncertaintyWeighting(network.LogVariances!).Combine(losses), "loss/total_uncertainty");
        }

        total.backward();
        CompareGradients(network, "", file, report);
        CompareRunningStatistics(network, "", file, report);

        void CompareLoss(Tensor actual, string name) => report.Relative("loss", name, actual.item<float>(), file.Scalar(name), Loss);
    }

    /// <summary>Copies the file's parameters and buffers into a network whose names must be the same.</summary>
    public static void LoadParameters(nn.Module network, GoldenFile file)
    {
        const string prefix = "param/";
        var given = file.Names.Where(name => name.StartsWith(prefix, StringComparison.Ordinal)).ToDictionary(name => name[prefix.Length..], file.Tensor);
        var own = network.state_dict().Keys.ToHashSet();
        var unknown = given.Keys.FirstOrDefault(name => !own.Contains(name));
        var missing = own.FirstOrDefault(name => !given.ContainsKey(name));
        if (unknown is not null || missing is not null)
        {
            throw new UserErrorException(ExitCode.Failed, $"Parameter names differ: the file alone has '{unknown ?? "-"}', the network alone has '{missing ?? "-"}'.");
        }

        network.load_state_dict(given);
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
    public static void CompareGradients(nn.Module network, string prefix, GoldenFile file, ParityReport report)
    {
        var parameters = network.named_parameters().ToDictionary(pair => pair.name, pair => pair.parameter);
        foreach (var (name, key) in Entries(file, "grad/" + prefix))
        {
            var gradient = parameters[key].grad ?? throw new UserErrorException(ExitCode.Failed, $"No gradient reached '{name}'.");
            report.RelativeNorm("grad", name, Values(gradient), file.Floats(name), Gradient);
        }
    }

    /// <summary>Compares the running statistics <c>train_state/prefix...</c>.</summary>
    public static void CompareRunningStatistics(nn.Module network, string prefix, GoldenFile file, ParityReport report)
    {
        var state = network.state_dict();
        foreach (var (name, key) in Entries(file, "train_state/" + prefix))
        {
            report.Mixed("train_state", name, Values(state[key]), file.Floats(name), RunningStatistics);
        }
    }

    /// <summary>Elements of a float tensor.</summary>
    public static float[] Values(Tensor tensor) => tensor.detach().contiguous().data<float>().ToArray();

    private static IEnumerable<(string Name, string Key)> Entries(GoldenFile file, string prefix) =>
        file.Names.Where(name => name.StartsWith(prefix, StringComparison.Ordinal)).Select(name => (name, name[prefix.Length..]));
}
