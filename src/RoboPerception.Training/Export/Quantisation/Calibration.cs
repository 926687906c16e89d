using RoboPerception.Onnx;

namespace RoboPerception.Training.Export.Quantisation;

/// <summary>What the inner tensors of a float model were on some images.</summary>
internal sealed class Calibration
{
    private readonly Dictionary<string, TensorHistogram> histograms;

    private Calibration(Dictionary<string, TensorHistogram> histograms) => this.histograms = histograms;

    /// <summary>Runs the model twice over the images: for the ends of each tensor, then for its histogram.</summary>
    public static Calibration Measure(OnnxModel model, IReadOnlyList<string> tensors, IReadOnlyList<byte[]> images, CancellationToken cancellation)
    {
        var result = new Calibration(tensors.ToDictionary(name => name, _ => new TensorHistogram(), StringComparer.Ordinal));
        using var runner = GraphRunner.WithInner(model.Graph, tensors);
        runner.Visit(images, tensors, (tensor, values) => result.histograms[tensors[tensor]].Widen(values), cancellation);
        runner.Visit(images, tensors, (tensor, values) => result.histograms[tensors[tensor]].Count(values), cancellation);
        return result;
    }

    /// <summary>A range for every tensor.</summary>
    public Dictionary<string, TensorRange> Ranges(CalibrationMethod method) => histograms.ToDictionary(pair => pair.Key, pair => pair.Value.Choose(method), StringComparer.Ordinal);
}
