using RoboPerception.Core;
using RoboPerception.Training.Export;
using RoboPerception.Training.Networks;
using static TorchSharp.torch;

namespace RoboPerception.Training.Tests;

/// <summary>Export of a network of any family, held against libtorch.</summary>
internal static class Exports
{
    /// <summary>Makes the batch norms non-trivial, as if the network had been trained, and compares its exported graph with it.</summary>
    public static void Check(PerceptionNetwork network, int height, int width)
    {
        Shake(network);
        ModelExporter.Export(network, Description(network, height, width), out var parity);
        Assert.True(parity.Passed, parity.ToString());
    }

    public static ModelDescription Description(PerceptionNetwork network, int height, int width) => new()
    {
        Name = "test",
        Architecture = network.Spec.ToString(),
        Input = new ModelInput(ModelExporter.InputName, width, height),
        Outputs = ModelExporter.Outputs(network, (0.5, 10)),
        DataSet = "generated",
        Licence = "none",
        TrainingCommit = "test",
    };

    /// <summary>Random running statistics and biases; the network is put into evaluation mode.</summary>
    public static void Shake(PerceptionNetwork network)
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        foreach (var (name, value) in network.state_dict())
        {
            if (name.EndsWith("running_var", StringComparison.Ordinal))
            {
                value.copy_(rand_like(value).add(0.5));
            }
            else if (name.EndsWith("running_mean", StringComparison.Ordinal) || name.EndsWith("bias", StringComparison.Ordinal))
            {
                value.copy_(randn_like(value).mul(0.3));
            }
        }

        network.eval();
    }
}
