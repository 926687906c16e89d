using Microsoft.ML.OnnxRuntime;
using RoboPerception.Onnx;
using RoboPerception.Training.Native;

namespace RoboPerception.Training.Export;

/// <summary>Runs an exported graph in ONNX Runtime on the CPU.</summary>
internal sealed class GraphRunner : IDisposable
{
    private readonly InferenceSession session;
    private readonly SessionOptions options = new();
    private readonly RunOptions runOptions = new();

    public GraphRunner(byte[] model, int height, int width)
    {
        OnnxRuntimeChoice.Use();
        Height = height;
        Width = width;
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        session = new InferenceSession(model, options);
    }

    public int Height { get; }

    public int Width { get; }

    /// <summary>Takes the values of the float tensor of that place.</summary>
    public delegate void Visitor(int tensor, ReadOnlySpan<float> values);

    /// <summary>Runs a graph so that its inner tensors can be looked at, too.</summary>
    public static GraphRunner WithInner(Graph graph, IReadOnlyList<string> tensors)
    {
        var shape = graph.Inputs.Single().Type.Shape;
        return new GraphRunner(OnnxFile.ToBytes(new OnnxModel(graph.WithOutputs(tensors))), (int)shape[1], (int)shape[2]);
    }

    /// <summary>Shows float tensors as they are on each image, without a copy; an image is bytes (H,W,3) blue first.</summary>
    public void Visit(IReadOnlyList<byte[]> images, IReadOnlyList<string> tensors, Visitor visitor, CancellationToken cancellation)
    {
        foreach (var image in images)
        {
            cancellation.ThrowIfCancellationRequested();
            using var outputs = Run(image, tensors);
            for (var i = 0; i < tensors.Count; i++)
            {
                visitor(i, outputs[i].GetTensorDataAsSpan<float>());
            }
        }
    }

    /// <summary>The predictions for an image, bytes (H,W,3) blue first.</summary>
    public Predictions Run(byte[] image)
    {
        using var outputs = Run(image, session.OutputNames);
        var labels = new Dictionary<string, byte[]>();
        var values = new Dictionary<string, float[]>();
        foreach (var (name, output) in session.OutputNames.Zip(outputs))
        {
            if (output.GetTensorTypeAndShape().ElementDataType == Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.UInt8)
            {
                labels.Add(name, output.GetTensorDataAsSpan<byte>().ToArray());
            }
            else
            {
                values.Add(name, output.GetTensorDataAsSpan<float>().ToArray());
            }
        }

        return new Predictions(labels, values);
    }

    public void Dispose()
    {
        session.Dispose();
        runOptions.Dispose();
        options.Dispose();
    }

    private IDisposableReadOnlyCollection<OrtValue> Run(byte[] image, IReadOnlyList<string> tensors)
    {
        using var input = OrtValue.CreateTensorValueFromMemory(image, [1, Height, Width, 3]);
        return session.Run(runOptions, [ModelExporter.InputName], [input], tensors);
    }

    /// <summary>Outputs by name.</summary>
    internal sealed class Predictions(Dictionary<string, byte[]> labels, Dictionary<string, float[]> values)
    {
        /// <summary>Class ids (H,W).</summary>
        public byte[] Labels(string name) => labels[name];

        /// <summary>Depth (H,W) or normals (3,H,W).</summary>
        public float[] Values(string name) => values[name];
    }
}
