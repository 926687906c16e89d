namespace RoboPerception.Onnx;

/// <summary>Rewrites of a graph that keep its predictions.</summary>
internal static class Passes
{
    /// <summary>
    /// Folds every BatchNormalization into the convolution before it, or into both convolutions where it follows their sum, if nothing else
    /// reads their results. The arithmetic is done in float64 and rounded once.
    /// </summary>
    /// <returns>How many were folded.</returns>
    public static int FoldBatchNorm(Graph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        var uses = graph.CountUses();
        var folded = 0;
        foreach (var norm in graph.Nodes.Where(node => node.Operator == "BatchNormalization").ToArray())
        {
            var source = Producer(norm.Inputs[0]);
            Node?[] convolutions = source is { Operator: "Add" } ? [Producer(source.Inputs[0]), Producer(source.Inputs[1])] : [source];
            if (source is null || !convolutions.All(conv => conv is { Operator: "Conv" } && graph.Initializers.ContainsKey(conv.Inputs[1])))
            {
                continue;
            }

            for (var i = 0; i < convolutions.Length; i++)
            {
                Replace(convolutions[i]!, Folded(graph, convolutions[i]!, norm, withShift: i == 0));
            }

            // The last node before the norm takes over its output name, so that readers need no change.
            var last = Producer(norm.Inputs[0])!;
            Replace(last, last with { Outputs = norm.Outputs });
            graph.Nodes.Remove(norm);
            folded++;
        }

        RemoveDeadCode(graph);
        return folded;

        Node? Producer(string name) => uses[name] == 1 ? graph.Nodes.Find(node => node.Outputs.Contains(name)) : null;

        void Replace(Node old, Node changed) => graph.Nodes[graph.Nodes.IndexOf(old)] = changed;
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
                if (node.Inputs.Contains(from) || node.Outputs.Contains(from))
                {
                    graph.Nodes[i] = node with { Inputs = Renamed(node.Inputs, from, to), Outputs = Renamed(node.Outputs, from, to) };
                }
            }

            removed++;
        }

        return removed;
    }

    private static Node Folded(Graph graph, Node conv, Node norm, bool withShift)
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

            biases[c] = (float)((biases[c] * factor) + (withShift ? shift[c] - (mean[c] * factor) : 0));
        }

        string weightName = conv.Name + ":weight", biasName = conv.Name + ":bias";
        graph.Initializers[weightName] = Initializer.Floats(weightName, weights, [.. weight.Type.Shape]);
        graph.Initializers[biasName] = Initializer.Floats(biasName, biases, scale.Length);
        return conv with { Inputs = [conv.Inputs[0], weightName, biasName] };

        float[] Floats(string name) => graph.Initializers[name].ToFloats();
    }

    private static string[] Renamed(IReadOnlyList<string> names, string from, string to) => [.. names.Select(name => name == from ? to : name)];
}
