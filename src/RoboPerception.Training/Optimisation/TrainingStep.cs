using RoboPerception.Training.Data;
using RoboPerception.Training.Networks;
using RoboPerception.Training.Weighting;
using static TorchSharp.torch;

namespace RoboPerception.Training.Optimisation;

/// <summary>One step of the optimiser: forward, losses, weighted gradients, limit, move, average.</summary>
/// <remarks>On a GPU the host runs ahead of it: nothing is read back before the whole step has been handed over, and then all losses at once.</remarks>
internal sealed class TrainingStep(
    FlatNetwork flat, FlatOptimizer optimizer, ITaskWeighting weighting, AveragedWeights? averages, TrainingOptions options, Device device, WorkingCopy? copy = null, Teacher? teacher = null)
{
    private readonly PerceptionNetwork network = flat.Network, working = copy?.Network ?? flat.Network;
    private readonly optim.ILearningRateController[] groups = [.. optimizer.Holder.ParamGroups];

    /// <summary>Factors of the tasks at the last step.</summary>
    public IReadOnlyList<double> Weights => [.. weighting.Weights];

    /// <summary>Learns from a batch and returns the unweighted losses, one per task.</summary>
    /// <param name="batch">Images and ground truth.</param>
    /// <param name="step">Steps done before in the whole run.</param>
    /// <param name="rateFactor">The learning rate as a factor of every group's base rate.</param>
    public double[] Run(Batch batch, long step, double rateFactor)
    {
        using var scope = NewDisposeScope();
        foreach (var group in groups)
        {
            group.LearningRate = group.InitialLearningRate * rateFactor;
        }

        optimizer.Clear();
        copy?.Refresh();
        var batchImages = BatchTensors.Images(batch, device);
        var images = copy is null ? batchImages : batchImages.to(copy.Type);
        var shown = teacher is null ? null : BatchTensors.Shown(batch, device);
        var targets = network.SupervisedTasks.ToDictionary(task => task, task => BatchTensors.Target(batch, task, device));
        var (outputs, losses) = Pass();
        if (weighting is IIndicatorWeighting indicators)
        {
            indicators.Observe([.. network.Tasks.Select((task, k) => TaskIndicators.Measure(task, outputs[k], targets[task]))]);
        }

        var values = Scalars.Together(losses);
        weighting.Backward(losses, step);
        copy?.Return();
        var gathered = optimizer.Gather(weighting.ReplacesGradients && copy is null);
        if (options.MaxGradientNorm > 0)
        {
            Limit(gathered);
        }

        optimizer.Step(gathered);
        weighting.AfterStep(() =>
        {
            using var noGradients = no_grad();
            copy?.Refresh();
            return Scalars.Read(Scalars.Together(Pass().Losses));
        });
        averages?.Update(step);
        return Scalars.Read(values);

        (Tensor[] Outputs, Tensor[] Losses) Pass()
        {
            var (predictions, own) = working.TrainingPass(images, task => targets[task]);
            return (predictions, teacher?.Blend(network.Tasks, predictions, own, batchImages, shown) ?? own);
        }
    }

    private void Limit(bool gathered)
    {
        if (gathered)
        {
            optimizer.Limit(options.MaxGradientNorm);
        }
        else
        {
            nn.utils.clip_grad_norm_(optimizer.Holder.parameters(), options.MaxGradientNorm);
        }
    }
}
