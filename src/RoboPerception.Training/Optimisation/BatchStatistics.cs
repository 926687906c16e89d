using RoboPerception.Training.Data;
using RoboPerception.Training.Networks;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RoboPerception.Training.Optimisation;

/// <summary>
/// Measures batch norm's means and variances anew. The running ones of a mean of checkpoints are no statistics of any data (Izmailov et al.,
/// "Averaging Weights Leads to Wider Optima and Better Generalization", UAI 2018, section 3.2), and those of a run are of zoomed and
/// coloured views, whereas the network is used on whole pictures.
/// </summary>
internal static class BatchStatistics
{
    private const int BatchSize = 8;

    /// <summary>From here to the next change of mode, batch norm uses its running statistics and leaves them alone.</summary>
    public static void Freeze(PerceptionNetwork network)
    {
        foreach (var norm in network.modules().OfType<BatchNorm2d>())
        {
            norm.eval();
        }
    }

    /// <summary>Replaces the running statistics by the mean over whole pictures, in batches of eight (or one of fewer).</summary>
    public static void Measure(PerceptionNetwork network, ImageSource images, Device device, CancellationToken cancellation = default)
    {
        BatchNorm2d[] norms = [.. network.modules().OfType<BatchNorm2d>().Where(norm => norm.running_mean is not null)];
        var momenta = norms.Select(norm => norm.momentum).ToArray();
        var wasTraining = network.training;
        network.train();
        using var noGradients = no_grad();
        foreach (var norm in norms)
        {
            norm.reset_running_stats();
            norm.momentum = null;
        }

        try
        {
            using var loader = new BatchLoader(images, new Augmentation(images.Height, images.Width, Geometry: false, Colour: false), BatchSize, seed: 0, epoch: 0);
            foreach (var batch in loader.Batches())
            {
                cancellation.ThrowIfCancellationRequested();
                using var scope = NewDisposeScope();
                network.forward(BatchTensors.Images(batch, device));
                loader.Return(batch);
            }
        }
        finally
        {
            foreach (var (norm, momentum) in norms.Zip(momenta))
            {
                norm.momentum = momentum;
            }

            network.train(wasTraining);
        }
    }
}
