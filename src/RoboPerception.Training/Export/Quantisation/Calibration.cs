using Microsoft.ML.OnnxRuntime;
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
        using var options = new SessionOptions();
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        using var session = new InferenceSession(OnnxFile.ToBytes(new OnnxModel(model.Graph.WithOutputs(tensors))), options);
        using var run = new RunOptions();
        var input = model.Graph.Inputs.Single();
        for (var pass = 0; pass < 2; pass++)
        {
            foreach (var image in images)
            {
                cancellation.ThrowIfCancellationRequested();
                using var value = OrtValue.CreateTensorValueFromMemory(image, [.. input.Type.Shape]);
                using var outputs = session.Run(run, [input.Name], [value], tensors);
                for (var i = 0; i < tensors.Count; i++)
                {
                    var values = outputs[i].GetTensorDataAsSpan<float>();
                    if (pass == 0)
                    {
                        result.histograms[tensors[i]].Widen(values);
                    }
                    else
                    {
                        result.histograms[tensors[i]].Count(values);
                    }
                }
            }
        }

        return result;
    }

    /// <summary>A range for every tensor.</summary>
    public Dictionary<string, TensorRange> Ranges(CalibrationMethod method) => histograms.ToDictionary(pair => pair.Key, pair => pair.Value.Choose(method), StringComparer.Ordinal);
}
