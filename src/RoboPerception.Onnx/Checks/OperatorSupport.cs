namespace RoboPerception.Onnx;

/// <summary>
/// Operators that a published model may use: those for which TensorRT 10 has an importer, as listed in NVIDIA's onnx-tensorrt
/// repository, docs/operators.md ("Supported ONNX Operators"), reduced to the ones this project needs. The restrictions named there
/// are part of <see cref="GraphChecker"/>.
/// </summary>
internal static class OperatorSupport
{
    /// <summary>The allowed operators.</summary>
    public static IReadOnlySet<string> TensorRt { get; } = new HashSet<string>(StringComparer.Ordinal)
    {
        "Add", "And", "ArgMax", "AveragePool", "BatchNormalization", "Cast", "Clip", "Concat", "Conv", "DepthToSpace", "DequantizeLinear", "Div", "Equal", "Exp", "Greater",
        "Identity", "Less", "MaxPool", "Mul", "Not", "Pad", "QuantizeLinear", "ReduceSum", "Relu", "Reshape", "Resize", "Sigmoid", "Slice", "Softmax", "Sqrt",
        "Sub", "Transpose", "Where",
    };
}
