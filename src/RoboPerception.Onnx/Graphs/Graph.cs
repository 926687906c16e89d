namespace RoboPerception.Onnx;

/// <summary>A named tensor at the border of a graph.</summary>
internal sealed record GraphValue(string Name, TensorType Type);

/// <summary>A computation: nodes in an order in which they can run, constants, inputs and outputs.</summary>
internal sealed class Graph
{
    /// <summary>An empty graph.</summary>
    public Graph(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        Name = name;
    }

    /// <summary>Name of the graph.</summary>
    public string Name { get; }

    /// <summary>The operations, in running order.</summary>
    public List<Node> Nodes { get; } = [];

    /// <summary>The constants by name.</summary>
    public Dictionary<string, Initializer> Initializers { get; } = new(StringComparer.Ordinal);

    /// <summary>What a caller hands in.</summary>
    public List<GraphValue> Inputs { get; } = [];

    /// <summary>What a caller gets.</summary>
    public List<GraphValue> Outputs { get; } = [];

    /// <summary>A copy with further outputs: what is inside becomes visible. Nodes and constants are shared with the original.</summary>
    /// <exception cref="ArgumentException">A tensor's type cannot be inferred.</exception>
    public Graph WithOutputs(IEnumerable<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        var types = ShapeRules.InferAll(this);
        var copy = new Graph(Name);
        copy.Nodes.AddRange(Nodes);
        copy.Inputs.AddRange(Inputs);
        copy.Outputs.AddRange(Outputs);
        foreach (var (name, constant) in Initializers)
        {
            copy.Initializers.Add(name, constant);
        }

        foreach (var name in names.Where(name => Outputs.All(output => output.Name != name)))
        {
            copy.Outputs.Add(new GraphValue(name, types.GetValueOrDefault(name) ?? throw new ArgumentException($"Tensor '{name}' has no known type.", nameof(names))));
        }

        return copy;
    }

    /// <summary>How often each name is read, graph outputs included.</summary>
    public Dictionary<string, int> CountUses()
    {
        var uses = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var name in Nodes.SelectMany(node => node.Inputs).Concat(Outputs.Select(output => output.Name)))
        {
            uses[name] = uses.GetValueOrDefault(name) + 1;
        }

        return uses;
    }
}
