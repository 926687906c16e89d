using RoboPerception.Training.Tasks;
using static TorchSharp.torch;

namespace RoboPerception.Training.Parity;

/// <summary>Each loss and its gradient with respect to the prediction.</summary>
internal static class LossParity
{
    private const double Gradient = 1e-5;
    private const string Prediction = "/pred";

    /// <summary>Whether the file holds losses of predictions.</summary>
    public static bool Recognises(GoldenFile file) => file.Names.Any(name => name.StartsWith("case", StringComparison.Ordinal) && name.EndsWith(Prediction, StringComparison.Ordinal));

    /// <summary>Losses of MTAN's repository on activated predictions, of MTI-Net's on raw ones; names of tasks tell which.</summary>
    public static void Compare(GoldenFile file, ParityReport report)
    {
        string[] groups = [.. file.Names.Where(name => name.EndsWith(Prediction, StringComparison.Ordinal)).Select(name => name[..^Prediction.Length]).Order(StringComparer.Ordinal)];
        var mti = groups.Select(Task).Any(task => task is "semseg" or "normals" or "edge" or "sal" or "human_parts") || file.Model.Contains("mti", StringComparison.Ordinal) || file.Number("ignore_value") is not null;
        var tasks = mti ? MtiReference.AllTasks(file) : TaskDescription.NyuThree;
        foreach (var group in groups)
        {
            if (tasks.FirstOrDefault(task => (mti ? task.MtiKey : task.Key) == Task(group)) is not { } task || !file.Has(group + "/target"))
            {
                continue;
            }

            var prediction = file.Tensor(group + Prediction).requires_grad_();
            var loss = mti ? task.Loss(task.Activate(prediction), MtiReference.Target(file, task, group + "/target")) : task.Loss(prediction, file.Tensor(group + "/target"));
            if (file.Has(group + "/loss"))
            {
                report.Relative("loss", group + "/loss", loss.item<float>(), file.Scalar(group + "/loss"), Tolerances.Loss);
            }

            if (file.Has(group + "/grad"))
            {
                loss.backward();
                report.AbsoluteToLargest("grad", group + "/grad", NetworkParity.Values(prediction.grad!), file.Floats(group + "/grad"), Gradient);
            }
        }

        static string Task(string group) => group[(group.LastIndexOf('/') + 1)..];
    }
}
