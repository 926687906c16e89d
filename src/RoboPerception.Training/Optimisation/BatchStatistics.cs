using RoboPerception.Training.Data;
using RoboPerception.Training.Networks;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RoboPerception.Training.Optimisation;

/// <summary>
/// Measures batch norm's means and variances anew. The running ones of a mean of checkpoints are no statistics of any data (Izmailov et al.,
/// "Averaging Weights Leads to Wider Optima and Better Generalization", UAI 2018, section 3.2), and those of a run are of zoomed and
/// coloured views, whereas the network is used on whole images.
/// </summary>
internal static class BatchStatistics
{
    private const int BatchSize = 8;

    /// <summary>From here to the next change of mode, batch norm uses its running statistics and leaves them alone.</summary>
    public static void Freeze(PerceptionNetwork network)
    {
        foreach (var norm in network.modules().OfType<CountingBatchNorm>())
        {
            norm.eval();
        }
    }

    /// <summary>Replaces the running statistics by the mean over whole images, in batches of eight (or one of fewer).</summary>
    public static void Measure(PerceptionNetwork network, ImageSource images, Device device, CancellationToken cancellation = default)
    {
        CountingBatchNorm[] norms = [.. network.modules().OfType<CountingBatchNorm>().Where(norm => norm.running_mean is not null)];
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
            Show(network, images, device, cancellation);
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

    /// <summary>
    /// Gives batch norm the statistics of the images and moves its factor and shift so that the network predicts as before. Batch norm that was
    /// folded away normalises again afterwards, which training relies on.
    /// </summary>
    public static void Anchor(PerceptionNetwork network, ImageSource images, Device device, CancellationToken cancellation = default)
    {
        CountingBatchNorm[] norms = [.. network.modules().OfType<CountingBatchNorm>().Where(norm => norm.running_mean is not null)];
        var moments = norms.ToDictionary(norm => norm, norm => new Moments((int)norm.running_mean!.numel()));
        var hooks = norms.Select(norm => norm.register_forward_pre_hook((_, input) =>
        {
            moments[norm].Add(input);
            return input;
        })).ToArray();
        var wasTraining = network.training;
        network.eval();
        using var noGradients = no_grad();
        try
        {
            Show(network, images, device, cancellation);
        }
        finally
        {
            foreach (var hook in hooks)
            {
                hook.remove();
            }

            network.train(wasTraining);
        }

        foreach (var (norm, seen) in moments.Where(entry => entry.Value.Batches > 0))
        {
            using var scope = NewDisposeScope();
            var (mean, variance) = (seen.Mean.to(device), seen.Variance.to(device));
            var factor = norm.weight!.to(float64) / norm.running_var!.to(float64).Plus(norm.eps).sqrt();
            norm.bias!.PlusInPlace((mean - norm.running_mean!) * factor);
            norm.weight!.copy_(factor * variance.Plus(norm.eps).sqrt());
            norm.running_mean!.copy_(mean);
            norm.running_var!.copy_(variance);
        }
    }

    // Images as the network will be used on: neither zoomed nor coloured.
    private static void Show(PerceptionNetwork network, ImageSource images, Device device, CancellationToken cancellation)
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

    /// <summary>First and second moments of every channel, each batch counted alike.</summary>
    private sealed class Moments(int channels)
    {
        private readonly double[] sums = new double[channels], squares = new double[channels];

        public int Batches { get; private set; }

        public Tensor Mean => tensor(sums) / HeldScalar.Of(Batches);

        public Tensor Variance => (tensor(squares) / HeldScalar.Of(Batches)) - Mean.pow(HeldScalar.Of(2));

        public void Add(Tensor input)
        {
            using var scope = NewDisposeScope();
            var exact = input.detach().to(float64);
            Add(sums, exact.mean([0, 2, 3]));
            Add(squares, exact.pow(HeldScalar.Of(2)).mean([0, 2, 3]));
            Batches++;

            static void Add(double[] total, Tensor part)
            {
                var values = part.cpu().data<double>().ToArray();
                for (var c = 0; c < total.Length; c++)
                {
                    total[c] += values[c];
                }
            }
        }
    }
}
