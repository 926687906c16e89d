namespace RoboPerception.Onnx;

/// <summary>
/// What ONNX Runtime's and TensorRT's trackers say our operators can meet, each with its number. Found by looking through both for every
/// operator of <see cref="OperatorSupport"/>; a number without a name is a repository of github.com/microsoft (onnxruntime), NVIDIA
/// (TensorRT) or onnx (onnx-tensorrt).
/// </summary>
internal static class KnownFaults
{
    private static readonly string[] Windows = ["Conv", "MaxPool", "AveragePool"];
    private static readonly string[] Activations = ["Relu", "Clip", "Sigmoid"];

    /// <summary>Every pattern.</summary>
    public static IReadOnlyList<KnownFault> All { get; } =
    [
        new("asymmetric-conv-pads", FaultSeverity.Refused, "onnxruntime#26215",
            "CUDA computes wrongly where a convolution pads one side alone",
            "an explicit Pad before it and auto_pad VALID (roboperception-train convert)",
            (_, node) => node.Operator == "Conv" && Asymmetric(node)),
        new("asymmetric-pool-pads", FaultSeverity.Refused, "onnxruntime#29631",
            "CUDA hands cuDNN the pads of the beginning for both sides",
            "an explicit Pad before it and auto_pad VALID (roboperception-train convert)",
            (_, node) => node.Operator is "MaxPool" or "AveragePool" && Asymmetric(node)),
        new("same-pads", FaultSeverity.Refused, "onnxruntime#4488",
            "pads that are computed (auto_pad SAME_*) come out asymmetric for some sizes, and CUDA then pads both sides",
            "write the pads",
            (_, node) => Windows.Contains(node.Operator) && node.Attribute("auto_pad", "NOTSET").StartsWith("SAME", StringComparison.Ordinal)),
        new("pad-folded-back", FaultSeverity.Refused, "onnxruntime#22177 (PadFusion)",
            "ONNX Runtime folds a Pad with zeros into the convolution or pooling behind it, on every provider, which makes its pads asymmetric again and was wrong for pooling",
            "leave 'pads' out behind the Pad and write auto_pad VALID, which PadFusion leaves alone",
            (view, node) => node.Operator == "Pad" && view.Readers(node.Outputs[0]).Any(FoldsPads) && PadsWithZeros(view, node) && (AsymmetricPad(view, node) || view.Readers(node.Outputs[0]).Any(reader => reader.Operator != "Conv"))),
        new("pad-outer-axes", FaultSeverity.Refused, "onnx-tensorrt#593",
            "TensorRT pads rows and columns alone",
            "pad the last two axes",
            (view, node) => node.Operator == "Pad" && view.Constant(node, 1) is { Type.Element: ElementType.Int64 } pads && OuterPads(pads.ToIntegers())),
        new("dilated-max-pool", FaultSeverity.Refused, "onnxruntime#29637",
            "CUDA's MaxPool with dilation and padding at the beginning misses the maximum",
            "no dilation, or an explicit Pad",
            (_, node) => node.Operator == "MaxPool" && Any(node, "dilations", dilation => dilation > 1) && Any(node, "pads", pad => pad > 0)),
        new("dilated-average-pool", FaultSeverity.Refused, "onnxruntime#29631",
            "CUDA's AveragePool ignores dilation",
            "no dilation",
            (_, node) => node.Operator == "AveragePool" && Any(node, "dilations", dilation => dilation > 1)),
        new("ceil-mode-pool", FaultSeverity.Refused, "onnxruntime#16351, onnxruntime#29629",
            "the last windows of a pooling with ceil_mode differ between versions and providers, up to NaN",
            "floor sizes, with a Pad where a window is missing",
            (_, node) => node.Operator is "MaxPool" or "AveragePool" && node.Attribute("ceil_mode", 0L) != 0),
        new("linear-resize-outer-axes", FaultSeverity.Refused, "onnxruntime#12091",
            "CUDA's linear Resize over three axes gives 0.5 everywhere",
            "resize rows and columns alone",
            (view, node) => node.Operator == "Resize" && node.Attribute("mode", "nearest") == "linear" && ResizesOuter(view, node)),
        new("nearest-resize-half-pixel", FaultSeverity.Refused, "onnxruntime#28291",
            "where source places fall between two pixels the CPU and the documentation take different ones",
            "coordinate_transformation_mode asymmetric with nearest_mode floor",
            (_, node) => node.Operator == "Resize" && node.Attribute("mode", "nearest") == "nearest"
                && (node.Attribute("coordinate_transformation_mode", "half_pixel") != "asymmetric" || node.Attribute("nearest_mode", "round_prefer_floor") != "floor")),
        new("antialiased-resize", FaultSeverity.Refused, "onnxruntime#25264",
            "CUDA's antialiased Resize is incomplete when it makes smaller",
            "AveragePool",
            (_, node) => node.Operator == "Resize" && node.Attribute("antialias", 0L) != 0),
        new("empty-clip", FaultSeverity.Refused, "onnxruntime#25057",
            "Clip with its minimum above its maximum differs between CUDA and the CPU",
            "a minimum that is not above the maximum",
            (view, node) => node.Operator == "Clip" && Bound(view, node, 1) is { } low && Bound(view, node, 2) is { } high && low > high),
        new("argmax-of-one", FaultSeverity.Refused, "onnxruntime#6482",
            "CUDA's ArgMax over an axis of length 1 fails",
            "a constant 0",
            (view, node) => node.Operator == "ArgMax" && view.Type(node.Inputs[0]) is { } type && Axis(node, type) is { } axis && type.Shape[axis] == 1),
        new("argmax-of-infinity", FaultSeverity.Refused, "onnxruntime#31161",
            "CUDA's ArgMax over minus infinity alone gives 2147483647",
            "the lowest finite number",
            (view, node) => node.Operator == "ArgMax" && view.Producer(node.Inputs[0]) is { Operator: "Where" or "Clip" or "Pad" } source
                && source.Inputs.Any(name => view.Graph.Initializers.TryGetValue(name, out var constant) && HoldsInfinity(constant))),
        new("argmax-last-index", FaultSeverity.Told, "onnxruntime#22713",
            "CUDA leaves ArgMax with select_last_index to the CPU, and a CUDA graph is then impossible",
            "leave select_last_index out",
            (_, node) => node.Operator == "ArgMax" && node.Attribute("select_last_index", 0L) != 0),
        new("bytes-at-the-border", FaultSeverity.Told, "onnxruntime#5785, TensorRT#3026",
            "older TensorRT takes no bytes in or out (8.5 and newer do), and then ONNX Runtime fails instead of leaving the node to CUDA",
            "a Cast to float right behind the input and from float right before the output, as here",
            (view, node) => node.Operator == "Cast" && (view.Graph.Inputs.Any(input => input.Name == node.Inputs[0] && input.Type.Element == ElementType.UInt8)
                || node.Attribute("to", 0L) == (long)ElementType.UInt8)),
        new("bytes-from-integers", FaultSeverity.Refused, "TensorRT#3026",
            "TensorRT makes bytes from floats alone",
            "a Cast to float in between",
            (view, node) => node.Operator == "Cast" && node.Attribute("to", 0L) == (long)ElementType.UInt8 && view.Type(node.Inputs[0])?.Element is ElementType.Int64 or ElementType.Int32 or ElementType.Bool),
        new("equal-of-truths", FaultSeverity.Refused, "TensorRT#3037, onnx-tensorrt#390",
            "TensorRT's Equal takes no truth values",
            "Not and And",
            (view, node) => node.Operator == "Equal" && view.Type(node.Inputs[0])?.Element == ElementType.Bool),
        new("shifted-quantisation", FaultSeverity.Told, "TensorRT#2774, TensorRT#2081",
            "TensorRT quantises around zero alone and refuses another zero point; CUDA and the CPU compute it",
            "nothing for a file made for the CPU; int8 with zero point 0 for TensorRT",
            (view, node) => node.Operator is "QuantizeLinear" or "DequantizeLinear" && view.Constant(node, 2) is { } zero && zero.Data.Any(value => value != 0)),
        new("half-add-of-a-concatenated-view", FaultSeverity.Told, "TensorRT#4854",
            "TensorRT 11.2 in half precision reads the sum's operand wrongly where a convolution, its activation and a sum meet a tensor that is joined later",
            "the self-check decides; precision float32 if it refuses",
            (view, node) => node.Operator == "Add" && node.Inputs.Any(input => view.Producer(input) is { } act && Activations.Contains(act.Operator) && view.Producer(act.Inputs[0])?.Operator == "Conv")
                && node.Inputs.Any(input => view.Readers(input).Any(reader => reader.Operator == "Concat"))),
    ];

    /// <summary>Every match in a graph, in the graph's order.</summary>
    public static IReadOnlyList<(KnownFault Fault, Node Node)> In(Graph graph)
    {
        var view = new GraphView(graph);
        return [.. graph.Nodes.Where(node => node.Inputs.Count > 0 && node.Outputs.Count > 0).SelectMany(node => All.Where(fault => fault.Matches(view, node)).Select(fault => (fault, node)))];
    }

    /// <summary>Whether a node pads one end of an axis more than the other by itself.</summary>
    internal static bool Asymmetric(Node node)
    {
        var pads = node.Attribute("pads", Array.Empty<long>());
        return Enumerable.Range(0, pads.Length / 2).Any(axis => pads[axis] != pads[axis + (pads.Length / 2)]);
    }

    private static bool FoldsPads(Node reader) => Windows.Contains(reader.Operator) && reader.Attributes.ContainsKey("pads") && reader.Attribute("auto_pad", "NOTSET") == "NOTSET";

    private static bool PadsWithZeros(GraphView view, Node pad) =>
        pad.Attribute("mode", "constant") == "constant" && (pad.Inputs.Count < 3 || pad.Inputs[2].Length == 0 || (view.Constant(pad, 2) is { } value && value.Data.All(part => part == 0)));

    private static bool AsymmetricPad(GraphView view, Node pad)
    {
        if (view.Constant(pad, 1) is not { Type.Element: ElementType.Int64 } constant)
        {
            return true;
        }

        var pads = constant.ToIntegers();
        return Enumerable.Range(0, pads.Length / 2).Any(axis => pads[axis] != pads[axis + (pads.Length / 2)]);
    }

    private static bool OuterPads(long[] pads) => Enumerable.Range(0, (pads.Length / 2) - 2).Any(axis => pads[axis] != 0 || pads[axis + (pads.Length / 2)] != 0);

    private static bool Any(Node node, string attribute, Func<long, bool> condition) => node.Attribute(attribute, Array.Empty<long>()).Any(condition);

    private static bool ResizesOuter(GraphView view, Node node) =>
        view.Type(node.Inputs[0]) is { } from && view.Type(node.Outputs[0]) is { } to && Enumerable.Range(0, Math.Max(from.Rank - 2, 0)).Any(axis => from.Shape[axis] != to.Shape[axis]);

    private static double? Bound(GraphView view, Node node, int input) => view.Constant(node, input) is { Type.Element: ElementType.Float } constant ? constant.ToFloats()[0] : null;

    private static int? Axis(Node node, TensorType type)
    {
        var axis = node.Attribute("axis", 0L);
        return axis < 0 ? (int)(axis + type.Rank) : (int)axis;
    }

    private static bool HoldsInfinity(Initializer constant) => constant.Type.Element == ElementType.Float && constant.ToFloats().Any(float.IsInfinity);
}
