using Microsoft.ML.OnnxRuntime;
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

    /// <summary>The predictions for an image, bytes (H,W,3) blue first.</summary>
    public Predictions Run(byte[] image)
    {
        using var input = OrtValue.CreateTensorValueFromMemory(image, [1, Height, Width, 3]);
        using var outputs = session.Run(runOptions, [ModelExporter.InputName], [input], session.OutputNames);
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

    /// <summary>Outputs by name.</summary>
    internal sealed class Predictions(Dictionary<string, byte[]> labels, Dictionary<string, float[]> values)
    {
        /// <summary>Class ids (H,W).</summary>
        public byte[] Labels(string name) => labels[name];

        /// <summary>Depth (H,W) or normals (3,H,W).</summary>
        public float[] Values(string name) => values[name];
    }
}
