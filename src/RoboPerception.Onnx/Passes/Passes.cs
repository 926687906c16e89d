namespace RoboPerception.Onnx;

/// <summary>Rewrites of a graph that keep its answers.</summary>
public static class Passes
{
    /// <summary>
    /// Folds every BatchNormalization that follows a convolution of its own into that convolution's weight and bias. The arithmetic is
    /// done in float64 and rounded once.
    /// </summary>
    /// <returns>How many were folded.</returns>
    public static int FoldBatchNorm(Graph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        var uses = graph.CountUses();
        var producers = graph.Nodes.SelectMany(node => node.Outputs.Select(output => (output, node))).ToDictionary(pair => pair.output, pair => pair.node);
        var folded = 0;
        foreach (var norm in graph.Nodes.Where(node => node.Operator == "BatchNormalization").ToArray())
        {
            if (!producers.TryGetValue(norm.Inputs[0], out var conv) || conv.Operator != "Conv" || uses[conv.Outputs[0]] != 1
                || !graph.Initializers.ContainsKey(conv.Inputs[1]))
            {
                continue;
            }

            // The convolution takes over the norm's output name, so that readers of it need no change.
            graph.Nodes[graph.Nodes.IndexOf(conv)] = Folded(graph, conv, norm);
            graph.Nodes.Remove(norm);
            folded++;
        }

        RemoveDeadCode(graph);
        return folded;
    }

    /// <summary>Removes nodes and constants that no output needs.</summary>
    /// <returns>How many nodes were removed.</returns>
    public static int RemoveDeadCode(Graph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        var needed = graph.Outputs.Select(output => output.Name).ToHashSet(StringComparer.Ordinal);
        var live = new HashSet<Node>(ReferenceEqualityComparer.Instance);
        foreach (var node in graph.Nodes.AsEnumerable().Reverse().Where(node => node.Outputs.Any(needed.Contains)))
        {
            live.Add(node);
            needed.UnionWith(node.Inputs);
        }

        var removed = graph.Nodes.RemoveAll(node => !live.Contains(node));
        foreach (var name in graph.Initializers.Keys.Where(name => !needed.Contains(name)).ToArray())
        {
            graph.Initializers.Remove(name);
        }

        return removed;
    }

    /// <summary>Removes Identity nodes by giving the producer of their input their output's name.</summary>
    /// <returns>How many were removed.</returns>
    public static int RemoveIdentities(Graph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        var removed = 0;
        foreach (var identity in graph.Nodes.Where(node => node.Operator == "Identity").ToArray())
        {
            string from = identity.Inputs[0], to = identity.Outputs[0];
            var producer = graph.Nodes.FindIndex(node => node.Outputs.Contains(from));
            if (producer < 0 || graph.Outputs.Any(output => output.Name == from))
            {
                // A graph input, a constant, or a tensor with two output names: the Identity is needed.
                continue;
            }

            graph.Nodes.Remove(identity);
            for (var i = 0; i < graph.Nodes.Count; i++)
            {
                var node = graph.Nodes[i];
                graph.Nodes[i] = node with { Inputs = Renamed(node.Inputs, from, to), Outputs = Renamed(node.Outputs, from, to) };
            }

            removed++;
        }

        return removed;
    }

    private static Node Folded(Graph graph, Node conv, Node norm)
    {
        float[] scale = Floats(norm.Inputs[1]), shift = Floats(norm.Inputs[2]), mean = Floats(norm.Inputs[3]), variance = Floats(norm.Inputs[4]);
        double epsilon = norm.Attribute("epsilon", 1e-5f);
        var weight = graph.Initializers[conv.Inputs[1]];
        var weights = weight.ToFloats();
        var biases = conv.Inputs.Count > 2 ? Floats(conv.Inputs[2]) : new float[scale.Length];
        var perChannel = weights.Length / scale.Length;
        for (var c = 0; c < scale.Length; c++)
        {
            var factor = scale[c] / Math.Sqrt(variance[c] + epsilon);
            for (var i = c * perChannel; i < (c + 1) * perChannel; i++)
            {
                weights[i] = (float)(weights[i] * factor);
            }

            biases[c] = (float)(((biases[c] - (double)mean[c]) * factor) + shift[c]);
        }

        string weightName = conv.Name + ":weight", biasName = conv.Name + ":bias";
        graph.Initializers[weightName] = Initializer.Floats(weightName, weights, [.. weight.Type.Shape]);
        graph.Initializers[biasName] = Initializer.Floats(biasName, biases, scale.Length);
        return conv with { Inputs = [conv.Inputs[0], weightName, biasName], Outputs = norm.Outputs };

        float[] Floats(string name) => graph.Initializers[name].ToFloats();
    }

    private static string[] Renamed(IReadOnlyList<string> names, string from, string to) => [.. names.Select(name => name == from ? to : name)];
}
