using RoboPerception.Training.Data;
using RoboPerception.Training.Networks;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RoboPerception.Training.Optimisation;

/// <summary>
/// How far the tasks of a network agree on where to go: the cosine between the gradients of every two tasks over the parameters that both use, on
/// one fixed batch, with batch norm as in use. It looks on: neither parameters and statistics nor the gradients of the step under way change.
/// </summary>
internal sealed class GradientConflict(PerceptionNetwork network, ImageSource images, TrainingOptions options, Device device)
{
    private readonly Parameter[] parameters = [.. network.parameters().Where(parameter => parameter.requires_grad)];
    private Batch? probe;

    /// <summary>The cosines by pair of tasks, such as <c>seg-depth</c>; a pair that shares no parameter is left out.</summary>
    public IReadOnlyDictionary<string, double> Measure()
    {
        probe ??= First();
        using var scope = NewDisposeScope();
        var wasTraining = network.training;
        Tensor?[] before = [.. parameters.Select(parameter => parameter.grad)];
        network.eval();
        try
        {
            var batch = probe;
            var losses = network.TrainingPass(BatchTensors.Images(batch, device), task => BatchTensors.Target(batch, task, device)).Losses;
            var gradients = losses.Select((loss, k) => Walk(loss, last: k == losses.Length - 1)).ToArray();
            var tasks = network.SupervisedTasks;
            var cosines = new Dictionary<string, double>();
            for (var i = 0; i < tasks.Count; i++)
            {
                for (var j = i + 1; j < tasks.Count; j++)
                {
                    if (Cosine(gradients[i], gradients[j]) is { } cosine)
                    {
                        cosines[$"{tasks[i].Key}-{tasks[j].Key}"] = cosine;
                    }
                }
            }

            return cosines;
        }
        finally
        {
            for (var p = 0; p < parameters.Length; p++)
            {
                parameters[p].grad = before[p];
            }

            network.train(wasTraining);
        }
    }

    private static double? Cosine(Tensor?[] one, Tensor?[] two)
    {
        using var noGradients = no_grad();
        double product = 0, first = 0, second = 0;
        for (var p = 0; p < one.Length; p++)
        {
            if (one[p] is { } a && two[p] is { } b)
            {
                product += (a * b).sum().cpu().ToDouble();
                first += (a * a).sum().cpu().ToDouble();
                second += (b * b).sum().cpu().ToDouble();
            }
        }

        return first > 0 && second > 0 ? product / Math.Sqrt(first * second) : null;
    }

    private Tensor?[] Walk(Tensor loss, bool last)
    {
        Gradients.Forget(parameters);
        loss.backward(retain_graph: !last);
        Tensor?[] own = [.. parameters.Select(parameter => parameter.grad)];
        Gradients.Forget(parameters);
        return own;
    }

    /// <summary>The first batch of the run, without augmentation.</summary>
    private Batch First()
    {
        using var loader = new BatchLoader(images, new Augmentation(options.Height, options.Width, Geometry: false, Colour: false), options.BatchSize, options.Seed, epoch: 0);
        return loader.Batches().First();
    }
}
