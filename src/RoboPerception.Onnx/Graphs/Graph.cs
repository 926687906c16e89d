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
