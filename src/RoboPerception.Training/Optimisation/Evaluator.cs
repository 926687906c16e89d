using RoboPerception.Training.Data;
using RoboPerception.Training.Networks;
using RoboPerception.Training.Tasks;
using static TorchSharp.torch;

namespace RoboPerception.Training.Optimisation;

/// <summary>Measures a network on a validation set: whole images at their own size, no augmentation.</summary>
internal static class Evaluator
{
    // The published tables average over batches of this size; the pooled figures do not depend on it.
    private const int BatchSize = 2;

    /// <summary>All figures of all tasks.</summary>
    public static IReadOnlyList<MetricValue> Evaluate(PerceptionNetwork network, ImageSet images, Device device, CancellationToken cancellation = default) =>
        [.. Measure(network, images, device, cancellation).SelectMany(meter => meter.Values())];

    /// <summary>The filled meters, one per task.</summary>
    public static IReadOnlyList<ITaskMeter> Measure(PerceptionNetwork network, ImageSet images, Device device, CancellationToken cancellation = default) =>
        Pass(network, images, device, losses: null, cancellation);

    /// <summary>All figures of all tasks, and the mean unweighted loss of every task of <see cref="PerceptionNetwork.SupervisedTasks"/>.</summary>
    public static (IReadOnlyList<MetricValue> Values, double[] Losses) EvaluateWithLosses(PerceptionNetwork network, ImageSet images, Device device, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(network);
        var losses = new double[network.SupervisedTasks.Count];
        MetricValue[] values = [.. Pass(network, images, device, losses, cancellation).SelectMany(meter => meter.Values())];
        return (values, losses);
    }

    /// <summary>Fills meters, and adds to <paramref name="losses"/> if there are any.</summary>
    private static ITaskMeter[] Pass(PerceptionNetwork network, ImageSet images, Device device, double[]? losses, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(images);
        var meters = network.Tasks.Select(task => task.CreateMeter(images.EdgeTolerance)).ToArray();
        var wasTraining = network.training;
        network.eval();
        try
        {
            using var noGradients = no_grad();
            for (var first = 0; first < images.Count; first += BatchSize)
            {
                cancellation.ThrowIfCancellationRequested();
                using var scope = NewDisposeScope();
                LabeledImage[] shown = [.. Enumerable.Range(first, Math.Min(BatchSize, images.Count - first)).Select(n => images[n])];
                var batch = new Batch(shown.Length, images.Height, images.Width);
                for (var n = 0; n < batch.Count; n++)
                {
                    SampleWriter.Write(shown[n], View.Whole, batch, n);
                }

                var outputs = Predict(batch);
                for (var k = 0; k < meters.Length; k++)
                {
                    GroundTruth.Compare(meters[k], network.Tasks[k], outputs[k].cpu().data<float>().ToArray(), batch, shown);
                }
            }
        }
        finally
        {
            network.train(wasTraining);
        }

        return meters;

        Tensor[] Predict(Batch batch)
        {
            var input = BatchTensors.Images(batch, device);
            if (losses is null)
            {
                return network.forward(input);
            }

            var (outputs, own) = network.TrainingPass(input, task => BatchTensors.Target(batch, task, device));
            for (var k = 0; k < losses.Length; k++)
            {
                losses[k] += own[k].cpu().item<float>() * batch.Count / images.Count;
            }

            return outputs;
        }
    }

    /// <summary>
    /// One number to choose a checkpoint by, higher is better: pooled mIoU, minus the relative depth error, minus the mean angle over 90
    /// degrees, over the tasks that were measured. All three terms move on a similar scale.
    /// </summary>
    public static double Score(IReadOnlyList<MetricValue> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        var byName = values.ToDictionary(value => value.Name, value => value.Value);
        return byName.GetValueOrDefault("segmentation.miou_pooled")
            - byName.GetValueOrDefault("depth.relative_error_pooled")
            - (byName.GetValueOrDefault("normals.mean_angle_pooled") / 90);
    }
}
