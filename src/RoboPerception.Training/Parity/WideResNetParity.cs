using RoboPerception.Training.Networks;
using static TorchSharp.torch;

namespace RoboPerception.Training.Parity;

/// <summary>The Decathlon network: the data sets run one at a time, each from the file's parameters.</summary>
internal static class WideResNetParity
{
    // Probabilities sum to 1 over many classes; hence the small tolerance.
    private const double Output = 2e-6;

    public static void Compare(GoldenFile file, ParityReport report)
    {
        using var network = GoldenNetworks.WideResNet(file);
        NetworkParity.LoadParameters(network, file);
        network.eval();
        for (var k = 0; k < network.Classes.Count; k++)
        {
            if (file.Has($"output/dataset{k}"))
            {
                using var noGradients = no_grad();
                NetworkParity.Absolute(network.forward(Input(file, k), k), "output", $"output/dataset{k}", Output, file, report);
            }
        }

        for (var k = 0; k < network.Classes.Count; k++)
        {
            var name = $"dataset{k}";
            if (file.Has("train_output/" + name) || file.Has("loss/" + name) || file.HasGroup($"grad/{name}/") || file.HasGroup($"train_state/{name}/"))
            {
                CompareTraining(network, k, name, file, report);
            }
        }
    }

    private static void CompareTraining(WideResNetMtan network, int dataSet, string name, GoldenFile file, ParityReport report)
    {
        NetworkParity.LoadParameters(network, file);
        Optimisation.Gradients.Forget(network.parameters());
        network.train();
        var output = network.forward(Input(file, dataSet), dataSet);
        NetworkParity.Absolute(output, "train_output", "train_output/" + name, Output, file, report);
        if (file.Has("target/" + name))
        {
            var loss = WideResNetMtan.Loss(output, file.Tensor("target/" + name));
            if (file.Has("loss/" + name))
            {
                report.Relative("loss", "loss/" + name, loss.item<float>(), file.Scalar("loss/" + name), Tolerances.Loss);
            }

            loss.backward();
            NetworkParity.CompareGradients(network, name + "/", file, report);
        }

        NetworkParity.CompareRunningStatistics(network, name + "/", file, report);
    }

    private static Tensor Input(GoldenFile file, int dataSet) => file.Tensor(file.Has($"input/dataset{dataSet}") ? $"input/dataset{dataSet}" : "input");
}
