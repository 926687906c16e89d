using RoboPerception.Training.Networks;
using static TorchSharp.torch;

namespace RoboPerception.Training.Parity;

/// <summary>The Decathlon network: the data sets run one at a time, each from the file's parameters.</summary>
internal static class WideResNetParity
{
    // Probabilities sum to 1 over many classes; hence the small tolerance.
    private const double Output = 2e-6, Loss = 2e-5;

    public static void Compare(GoldenFile file, ParityReport report)
    {
        using var scope = NewDisposeScope();
        using var network = GoldenNetworks.WideResNet(file);
        NetworkParity.LoadParameters(network, file);
        var input = file.Tensor("input");
        network.eval();
        using (no_grad())
        {
            for (var k = 0; k < network.Classes.Count; k++)
            {
                report.Absolute("output", $"output/dataset{k}", NetworkParity.Values(network.forward(input, k)), file.Floats($"output/dataset{k}"), Output);
            }
        }

        foreach (var k in Enumerable.Range(0, network.Classes.Count).Where(k => file.Has($"train_output/dataset{k}")))
        {
            CompareTraining(network, k, input, file, report);
        }
    }

    private static void CompareTraining(WideResNetMtan network, int dataSet, Tensor input, GoldenFile file, ParityReport report)
    {
        NetworkParity.LoadParameters(network, file);
        network.zero_grad();
        network.train();
        var prefix = $"dataset{dataSet}";
        var output = network.forward(input, dataSet);
        report.Absolute("train_output", "train_output/" + prefix, NetworkParity.Values(output), file.Floats("train_output/" + prefix), Output);
        var loss = WideResNetMtan.Loss(output, file.Tensor("target/" + prefix));
        report.Relative("loss", "loss/" + prefix, loss.item<float>(), file.Scalar("loss/" + prefix), Loss);
        loss.backward();
        NetworkParity.CompareGradients(network, prefix + "/", file, report);
        NetworkParity.CompareRunningStatistics(network, prefix + "/", file, report);
    }
}
