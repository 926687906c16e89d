using RoboPerception.Training.Networks;
using RoboPerception.Training.Networks.Pyramid;
using RoboPerception.Training.Tasks;
using RoboPerception.Training.Weighting;
using TorchSharp;
using static TorchSharp.torch;

namespace RoboPerception.Training.Parity;

/// <summary>Networks of MTI-Net's repository: outputs, intermediate predictions, losses of all of them, gradients and running statistics.</summary>
internal static class PyramidParity
{
    private static readonly string[] EvaluationGroups = ["output/", "deep/", "initial/"];

    public static void Compare(GoldenFile file, ParityReport report)
    {
        using var network = GoldenPyramids.Build(file);
        NetworkParity.LoadParameters(network, file);
        var input = file.Input();
        if (EvaluationGroups.Any(file.HasGroup))
        {
            network.eval();
            using var noGradients = no_grad();
            ComparePrediction(network, network.Predict(input, supervised: true), input, "", Tolerances.Output, file, report);
        }

        if (!NetworkParity.HoldsTraining(file))
        {
            return;
        }

        network.train();
        var prediction = network.Predict(input, supervised: true);
        ComparePrediction(network, prediction, input, "train_", new Tolerances(file).TrainOutput, file, report);
        var losses = Losses(network, prediction, file, report);
        NetworkParity.CompareTotals(file, losses, network.LogVariances, report);
        if (losses.Length > 0 && file.HasGroup("grad/"))
        {
            new EqualWeighting().Combine([.. losses.Select(entry => entry.Loss)]).backward();
            NetworkParity.CompareGradients(network, "", file, report);
        }

        NetworkParity.CompareRunningStatistics(network, "", file, report);
    }

    private static void ComparePrediction(PyramidNetwork network, PyramidNetwork.RawPrediction prediction, Tensor input, string prefix, double tolerance, GoldenFile file, ParityReport report)
    {
        var (height, width) = file.OutputSize(input.shape);
        foreach (var (task, raw) in network.Tasks.Zip(prediction.Final))
        {
            NetworkParity.Absolute(Enlarged(raw, height, width), prefix + "output", $"{prefix}output/{task.MtiKey}", tolerance, file, report);
        }

        foreach (var step in prediction.Intermediate)
        {
            var group = step.Name == "initial" ? "initial" : "deep";
            NetworkParity.Absolute(step.Raw, prefix + group, prefix + (group == "deep" ? $"deep/{step.Name}/{step.Task.MtiKey}" : $"initial/{step.Task.MtiKey}"), tolerance, file, report);
        }
    }

    /// <summary>
    /// The sum of the losses of every task with a target. A task's loss by name, <c>loss/TASK</c>, is that of its prediction alone; those of the intermediate
    /// predictions stand beside it.
    /// </summary>
    private static (TaskDescription Task, Tensor Loss)[] Losses(PyramidNetwork network, PyramidNetwork.RawPrediction prediction, GoldenFile file, ParityReport report)
    {
        var sums = new List<(TaskDescription, Tensor)>();
        foreach (var task in network.SupervisedTasks.Where(task => file.Has("target/" + task.MtiKey)))
        {
            var target = MtiReference.Target(file, task, "target/" + task.MtiKey);

            // A task that only helps on the way comes from the network, which knows nothing of the file.
            var scored = task with { EdgeWeight = MtiReference.EdgeWeight(file) };
            List<Tensor> terms = [];
            foreach (var step in prediction.Intermediate.Where(step => step.Task == task))
            {
                Add(step.Raw, (step.Name == "initial" ? "loss/deepsup_" : $"loss/{step.Name}_") + task.MtiKey);
            }

            foreach (var (_, raw) in network.Tasks.Zip(prediction.Final).Where(pair => pair.First == task))
            {
                Add(raw, "loss/" + task.MtiKey);
            }

            if (terms.Count > 0)
            {
                sums.Add((task, terms.Aggregate((sum, next) => sum.Plus(next))));
            }

            void Add(Tensor raw, string name)
            {
                terms.Add(scored.Loss(scored.Activate(Enlarged(raw, target.shape[^2], target.shape[^1])), target));
                if (file.Has(name))
                {
                    report.Relative("loss", name, terms[^1].item<float>(), file.Scalar(name), Tolerances.Loss);
                }
            }
        }

        return [.. sums];
    }

    private static Tensor Enlarged(Tensor raw, long height, long width) => nn.functional.interpolate(raw, [height, width], mode: InterpolationMode.Bilinear, align_corners: false);
}
