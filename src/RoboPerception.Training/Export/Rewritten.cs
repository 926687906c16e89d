using RoboPerception.Core;
using RoboPerception.Onnx;
using ModelMetadata = RoboPerception.Core.ModelMetadata;

namespace RoboPerception.Training.Export;

/// <summary>A model whose graph computes the same in other numbers (bytes, half precision): its golden prediction is its own.</summary>
internal static class Rewritten
{
    /// <summary>The file around the new graph. Metrics of the original stay out: they are not those of this file until it is evaluated.</summary>
    public static OnnxModel Describe(OnnxModel original, Graph graph, ModelDescription description)
    {
        using var runner = new GraphRunner(OnnxFile.ToBytes(new OnnxModel(graph)), description.Input.Height, description.Input.Width);
        var complete = description with { Golden = ModelExporter.GoldenOf(description, runner), Metrics = new Dictionary<string, double>() };
        return new OnnxModel(graph) { ProducerVersion = original.ProducerVersion, Metadata = ModelMetadata.Write(complete) };
    }
}
