namespace RoboPerception.Onnx;

/// <summary>
/// Says what is wrong with a graph before a runtime does: every name written once and before it is read, types and shapes that fit, the
/// declared outputs, only operators that TensorRT runs (<see cref="OperatorSupport"/>), and nothing that a provider is known to compute wrongly
/// (<see cref="KnownFaults"/>).
/// </summary>
internal static class GraphChecker
{
    // Resize: what docs/operators.md allows.
    private static readonly string[] ResizeModes = ["nearest", "linear"];
    private static readonly string[] ResizeTransforms = ["half_pixel", "pytorch_half_pixel", "tf_half_pixel_for_nn", "asymmetric", "align_corners"];

    /// <summary>Every fault found, in the order of the graph; empty for a sound graph.</summary>
    public static IReadOnlyList<string> Faults(Graph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        var faults = new List<string>();
        var types = new Dictionary<string, TensorType>(StringComparer.Ordinal);
        foreach (var input in graph.Inputs)
        {
            if (input.Type.Shape.Any(dimension => dimension <= 0))
            {
                faults.Add($"input '{input.Name}' has type {input.Type}; fixed, positive dimensions are needed");
            }

            Define(input.Name, input.Type, "graph input");
        }

        foreach (var initializer in graph.Initializers.Values)
        {
            Define(initializer.Name, initializer.Type, "constant");
        }

        var nodeNames = new HashSet<string>(StringComparer.Ordinal);
        foreach (var node in graph.Nodes)
        {
            if (!nodeNames.Add(node.Name))
            {
                faults.Add($"node name '{node.Name}' occurs twice");
            }

            Check(node);
        }

        foreach (var output in graph.Outputs)
        {
            if (!types.TryGetValue(output.Name, out var type))
            {
                faults.Add($"output '{output.Name}' is never computed");
            }
            else if (!type.Equals(output.Type))
            {
                faults.Add($"output '{output.Name}' is declared {output.Type} but computed as {type}");
            }
        }

        faults.AddRange(KnownFaults.In(graph).Where(match => match.Fault.Severity == FaultSeverity.Refused).Select(match => match.Fault.Describe(match.Node)));
        return faults;

        void Define(string name, TensorType type, string what)
        {
            if (!types.TryAdd(name, type))
            {
                faults.Add($"{what} '{name}' has the name of another tensor");
            }
        }

        void Check(Node node)
        {
            if (!OperatorSupport.TensorRt.Contains(node.Operator))
            {
                faults.Add($"node '{node.Name}': TensorRT 10 does not run operator '{node.Operator}'");
                return;
            }

            var missing = node.Inputs.FirstOrDefault(input => input.Length > 0 && !types.ContainsKey(input));
            if (missing is not null)
            {
                faults.Add($"node '{node.Name}' ({node.Operator}) reads '{missing}' before it is computed");
                return;
            }

            if (node.Outputs.Count != 1)
            {
                faults.Add($"node '{node.Name}' ({node.Operator}) has {node.Outputs.Count} outputs; TensorRT runs it with one");
                return;
            }

            try
            {
                if (Restriction(graph, node) is { } restriction)
                {
                    faults.Add($"node '{node.Name}' ({node.Operator}): {restriction}");
                }

                var inputs = node.Inputs.Select(input => input.Length == 0 ? null : types[input]).ToArray();
                Define(node.Outputs[0], ShapeRules.Infer(new ShapeContext(node, inputs, graph.Initializers.GetValueOrDefault)), $"output of node '{node.Name}'");
            }
            catch (FormatException error)
            {
                faults.Add(error.Message);
            }
        }
    }

    /// <summary>What is worth knowing about a sound graph: patterns that a provider leaves to another one or was wrong about once.</summary>
    public static IReadOnlyList<string> Notes(Graph graph) =>
        [.. KnownFaults.In(graph).Where(match => match.Fault.Severity == FaultSeverity.Told).Select(match => match.Fault.Describe(match.Node))];

    /// <summary>Passes a sound graph.</summary>
    /// <exception cref="FormatException">The graph has faults; the message lists them.</exception>
    public static void Check(Graph graph)
    {
        var faults = Faults(graph);
        if (faults.Count > 0)
        {
            throw new FormatException($"the graph has {faults.Count} fault(s): {string.Join("; ", faults)}.");
        }
    }

    private static string? Restriction(Graph graph, Node node) => node.Operator switch
    {
        "Conv" when node.Inputs.Count > 1 && !IsConstant(graph, node.Inputs[1]) => "TensorRT needs the weight as a constant",
        "Resize" when !ResizeModes.Contains(node.Attribute("mode", "nearest")) => $"TensorRT resizes {string.Join(" or ", ResizeModes)}, not '{node.Attribute("mode", "nearest")}'",
        "Resize" when !ResizeTransforms.Contains(node.Attribute("coordinate_transformation_mode", "half_pixel")) =>
            $"TensorRT does not know the coordinate transformation '{node.Attribute("coordinate_transformation_mode", "half_pixel")}'",
        _ => null,
    };

    // Weights in bytes reach the convolution through their DequantizeLinear.
    private static bool IsConstant(Graph graph, string name) => graph.Initializers.ContainsKey(name)
        || graph.Nodes.Any(node => node.Operator == "DequantizeLinear" && node.Outputs.Contains(name) && graph.Initializers.ContainsKey(node.Inputs[0]));
}
