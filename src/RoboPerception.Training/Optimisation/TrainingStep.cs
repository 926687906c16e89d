using RoboPerception.Training.Data;
using RoboPerception.Training.Networks;
using RoboPerception.Training.Weighting;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RoboPerception.Training.Optimisation;

/// <summary>One step of the optimiser: forward, losses, weighted gradients, limit, move, average.</summary>
internal sealed class TrainingStep(
    PerceptionNetwork network, OptimizerHelper optimizer, ITaskWeighting weighting, AveragedWeights? averages, TrainingOptions options, Device device, WorkingCopy? copy = null, Teacher? teacher = null)
{
    private readonly PerceptionNetwork working = copy?.Network ?? network;
    private readonly Parameter[] parameters = [.. network.parameters()];

    /// <summary>Length of the last gradient before the limit; NaN without one.</summary>
    public double GradientLength { get; private set; } = double.NaN;

    /// <summary>Factors of the tasks at the last step.</summary>
    public IReadOnlyList<double> Weights { get; private set; } = [];

    /// <summary>Learns from a batch and returns the unweighted losses, one per task.</summary>
    /// <param name="batch">Images and ground truth.</param>
    /// <param name="step">Steps done before in the whole run.</param>
    /// <param name="rateFactor">The learning rate as a factor of every group's base rate.</param>
    public double[] Run(Batch batch, long step, double rateFactor)
    {
        using var scope = NewDisposeScope();
        foreach (var group in optimizer.ParamGroups)
        {
            group.LearningRate = group.InitialLearningRate * rateFactor;
        }

        optimizer.zero_grad();
        copy?.Refresh();
        var batchImages = BatchTensors.Images(batch, device);
        var images = copy is null ? batchImages : batchImages.to(copy.Type);
        var targets = network.SupervisedTasks.ToDictionary(task => task, task => BatchTensors.Target(batch, task, device));
        var (outputs, losses) = Pass();
        if (weighting is IIndicatorWeighting indicators)
        {
            indicators.Observe([.. network.Tasks.Select((task, k) => TaskIndicators.Measure(task, outputs[k], targets[task]))]);
        }

        double[] values = Values(losses);
        weighting.Backward(losses, step);
        copy?.Return();
        if (options.MaxGradientNorm > 0)
        {
            GradientLength = nn.utils.clip_grad_norm_(parameters, options.MaxGradientNorm);
        }

        optimizer.step();
        weighting.AfterStep(() =>
        {
            using var noGradients = no_grad();
            copy?.Refresh();
            return Values(Pass().Losses);
        });
        averages?.Update(step);
        Weights = [.. weighting.Weights];
        return values;

        (Tensor[] Outputs, Tensor[] Losses) Pass()
        {
            var (predictions, own) = working.TrainingPass(images, task => targets[task]);
            return (predictions, teacher?.Blend(network.Tasks, predictions, own, batchImages) ?? own);
        }
    }

    private static double[] Values(Tensor[] losses) => [.. losses.Select(loss => (double)loss.detach().cpu().item<float>())];
}
