namespace RoboPerception.Onnx;

/// <summary>What a graph costs to run.</summary>
public static class GraphCost
{
    /// <summary>Multiplications with addition in convolutions, for the fixed size of the graph's input; everything else is small beside them.</summary>
    /// <exception cref="FormatException">Types do not fit.</exception>
    public static long MultiplyAdds(Graph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        var types = graph.Inputs.ToDictionary(input => input.Name, input => input.Type, StringComparer.Ordinal);
        foreach (var initializer in graph.Initializers.Values)
        {
            types.Add(initializer.Name, initializer.Type);
        }

        long count = 0;
        foreach (var node in graph.Nodes)
        {
            TensorType?[] inputs = [.. node.Inputs.Select(input => input.Length == 0 ? null : types[input])];
            var output = ShapeRules.Infer(new ShapeContext(node, inputs, graph.Initializers.GetValueOrDefault));
            types.Add(node.Outputs[0], output);
            if (node.Operator == "Conv")
            {
                // Weights (out, in/groups, rows, columns) once per image and output pixel.
                count += inputs[1]!.Shape.Aggregate(output.Shape[0] * output.Shape[2] * output.Shape[3], (product, dimension) => product * dimension);
            }
        }

        return count;
    }
}
