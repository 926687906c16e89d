using Microsoft.ML.OnnxRuntime;
using RoboPerception.Onnx;
using RoboPerception.Training.Native;

namespace RoboPerception.Training.Export.Quantisation;

/// <summary>What inner float tensors of a graph are on images, in ONNX Runtime on the CPU.</summary>
internal sealed class InnerValues : IDisposable
{
    private readonly SessionOptions options = new();
    private readonly RunOptions run = new();
    private readonly InferenceSession session;
    private readonly IReadOnlyList<string> tensors;
    private readonly string input;
    private readonly long[] shape;

    public InnerValues(Graph graph, IReadOnlyList<string> tensors)
    {
        OnnxRuntimeChoice.Use();
        this.tensors = tensors;
        var image = graph.Inputs.Single();
        (input, shape) = (image.Name, [.. image.Type.Shape]);
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        session = new InferenceSession(OnnxFile.ToBytes(new OnnxModel(graph.WithOutputs(tensors))), options);
    }

    /// <summary>Takes the values (1,C,H,W) of the tensor of that place.</summary>
    public delegate void Visitor(int tensor, ReadOnlySpan<float> values);

    /// <summary>Runs the graph on every image, bytes (1,H,W,3), and shows each tensor.</summary>
    public void Visit(IReadOnlyList<byte[]> images, Visitor visitor, CancellationToken cancellation)
    {
        foreach (var image in images)
        {
            cancellation.ThrowIfCancellationRequested();
            using var value = OrtValue.CreateTensorValueFromMemory(image, shape);
            using var outputs = session.Run(run, [input], [value], tensors);
            for (var i = 0; i < tensors.Count; i++)
            {
                visitor(i, outputs[i].GetTensorDataAsSpan<float>());
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        session.Dispose();
        options.Dispose();
        run.Dispose();
    }
}
