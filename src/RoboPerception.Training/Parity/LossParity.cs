using RoboPerception.Training.Tasks;
using static TorchSharp.torch;

namespace RoboPerception.Training.Parity;

/// <summary>Each loss and its gradient with respect to the prediction.</summary>
internal static class LossParity
{
    private const double Loss = 2e-5, Gradient = 1e-5;

    public static void Compare(GoldenFile file, ParityReport report)
    {
        using var scope = NewDisposeScope();
        for (var i = 0; file.Has($"case{i}/seg/pred"); i++)
        {
            foreach (var task in TaskDescription.NyuThree)
            {
                var prefix = $"case{i}/{task.Key}/";
                var prediction = file.Tensor(prefix + "pred").requires_grad_();
                var loss = task.Loss(prediction, file.Tensor(prefix + "target"));
                loss.backward();
                report.Relative("loss", prefix + "loss", loss.item<float>(), file.Scalar(prefix + "loss"), Loss);
                report.AbsoluteToLargest("grad", prefix + "grad", prediction.grad!.contiguous().data<float>().ToArray(), file.Floats(prefix + "grad"), Gradient);
            }
        }
    }
}
