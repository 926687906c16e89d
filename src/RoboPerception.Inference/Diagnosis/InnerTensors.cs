using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using RoboPerception.Core;
using RoboPerception.Onnx;

namespace RoboPerception.Inference;

/// <summary>Runs a model on the golden input and reads tensors inside its graph, by making them outputs of a copy of it.</summary>
internal sealed class InnerTensors
{
    private readonly OnnxModel model;
    private readonly GraphView view;
    private readonly Func<SessionOptions> options;

    public InnerTensors(OnnxModel model, Func<SessionOptions> options)
    {
        this.model = model;
        this.options = options;
        view = new GraphView(model.Graph);
    }

    /// <summary>Whether a tensor of the graph can be read: it is computed and its type is known.</summary>
    public bool Has(string name) => view.Producer(name) is not null && view.Type(name) is not null;

    /// <summary>The tensors' elements as numbers.</summary>
    /// <exception cref="OnnxRuntimeException">The provider cannot be loaded or refuses the graph.</exception>
    public Dictionary<string, float[]> Read(IReadOnlyList<string> names)
    {
        // All other outputs stay: what fuses and is shared in the real session shall be fused and shared here.
        Graph graph = model.Graph.WithOutputs(names);
        using SessionOptions options = this.options();
        using var session = new InferenceSession(OnnxFile.ToBytes(new OnnxModel(graph) { OperatorSetVersion = model.OperatorSetVersion }), options);
        GraphValue input = graph.Inputs.Single();
        byte[] image = new byte[input.Type.ElementCount];
        GoldenInput.Fill(image, (int)input.Type.Shape[2], (int)input.Type.Shape[1]);
        using OrtValue value = OrtValue.CreateTensorValueFromMemory(image, [.. input.Type.Shape]);
        using var run = new RunOptions();
        using IDisposableReadOnlyCollection<OrtValue> results = session.Run(run, [input.Name], [value], names);
        return names.Zip(results).ToDictionary(pair => pair.First, pair => Numbers(pair.Second), StringComparer.Ordinal);
    }

    private static float[] Numbers(OrtValue value) => value.GetTensorTypeAndShape().ElementDataType switch
    {
        TensorElementType.Float => value.GetTensorDataAsSpan<float>().ToArray(),
        TensorElementType.Float16 => Array.ConvertAll(value.GetTensorDataAsSpan<Half>().ToArray(), number => (float)number),
        TensorElementType.Int64 => Array.ConvertAll(value.GetTensorDataAsSpan<long>().ToArray(), number => (float)number),
        TensorElementType.Int32 => Array.ConvertAll(value.GetTensorDataAsSpan<int>().ToArray(), number => (float)number),
        TensorElementType.Int8 => Array.ConvertAll(value.GetTensorDataAsSpan<sbyte>().ToArray(), number => (float)number),
        _ => Array.ConvertAll(value.GetTensorDataAsSpan<byte>().ToArray(), number => (float)number),
    };
}
