using RoboPerception.Training.Tasks;
using static TorchSharp.torch;

namespace RoboPerception.Training.Parity;

/// <summary>Each loss and its gradient with respect to the prediction.</summary>
internal static class LossParity
{
    private const double Loss = 2e-5, Gradient = 1e-5;

    /// <summary>Losses of MTAN's repository, on activated predictions.</summary>
    public static void CompareMtan(GoldenFile file, ParityReport report) =>
        Compare(file, report, TaskDescription.NyuThree, task => task.Key, (task, prediction, target) => task.Loss(prediction, target));

    /// <summary>Losses of MTI-Net's repository, on raw predictions.</summary>
    public static void CompareMtiNet(GoldenFile file, ParityReport report) =>
        Compare(file, report, MtiReference.AllTasks(file), task => task.MtiKey, (task, prediction, target) => task.Loss(task.Activate(prediction), MtiReference.Target(task, target)));

    private static void Compare(
        GoldenFile file, ParityReport report, IReadOnlyList<TaskDescription> tasks, Func<TaskDescription, string> key, Func<TaskDescription, Tensor, Tensor, Tensor> lossOf)
    {
        using var scope = NewDisposeScope();
        for (var i = 0; file.Names.Any(name => name.StartsWith($"case{i}/", StringComparison.Ordinal)); i++)
        {
            foreach (var task in tasks.Where(task => file.Has($"case{i}/{key(task)}/pred")))
            {
                var prefix = $"case{i}/{key(task)}/";
                var prediction = file.Tensor(prefix + "pred").requires_grad_();
                var loss = lossOf(task, prediction, file.Tensor(prefix + "target"));
                loss.backward();
                report.Relative("loss", prefix + "loss", loss.item<float>(), file.Scalar(prefix + "loss"), Loss);
                report.AbsoluteToLargest("grad", prefix + "grad", prediction.grad!.contiguous().data<float>().ToArray(), file.Floats(prefix + "grad"), Gradient);
            }
        }
    }
}
