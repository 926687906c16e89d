namespace RoboPerception.Onnx;

/// <summary>A graph with what patterns ask about it: who reads a tensor, who computes it, of what type it is.</summary>
internal sealed class GraphView
{
    private readonly ILookup<string, Node> readers;
    private readonly Dictionary<string, Node> producers;
    private readonly Dictionary<string, TensorType> types;

    /// <summary>Looks at a graph as it is now.</summary>
    public GraphView(Graph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        Graph = graph;
        readers = graph.Nodes.SelectMany(node => node.Inputs.Distinct().Select(input => (input, node))).ToLookup(pair => pair.input, pair => pair.node, StringComparer.Ordinal);
        producers = graph.Nodes.SelectMany(node => node.Outputs.Select(output => (output, node))).GroupBy(pair => pair.output, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.First().node, StringComparer.Ordinal);
        types = ShapeRules.InferAll(graph);
    }

    /// <summary>The graph.</summary>
    public Graph Graph { get; }

    /// <summary>Nodes that read a tensor, each once.</summary>
    public IEnumerable<Node> Readers(string name) => readers[name];

    /// <summary>The node that computes a tensor; null for inputs and constants.</summary>
    public Node? Producer(string name) => producers.GetValueOrDefault(name);

    /// <summary>Names of the nodes with a convolution behind them; the last convolutions are not among them.</summary>
    public IReadOnlySet<string> NodesBeforeConvolutions()
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        var waiting = new Stack<Node>(Graph.Nodes.Where(node => node.Operator == "Conv"));
        while (waiting.TryPop(out var node))
        {
            foreach (var source in node.Inputs.Select(Producer).OfType<Node>().Where(source => found.Add(source.Name)))
            {
                waiting.Push(source);
            }
        }

        return found;
    }

    /// <summary>The type of a tensor; null where it cannot be inferred.</summary>
    public TensorType? Type(string name) => types.GetValueOrDefault(name);

    /// <summary>An input that is a constant; null if it is left out or computed.</summary>
    public Initializer? Constant(Node node, int input)
    {
        ArgumentNullException.ThrowIfNull(node);
        return node.Inputs.Count > input ? Graph.Initializers.GetValueOrDefault(node.Inputs[input]) : null;
    }
}
