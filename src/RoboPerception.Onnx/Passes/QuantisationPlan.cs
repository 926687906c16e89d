namespace RoboPerception.Onnx;

/// <summary>Which nodes of a graph compute in bytes, and over which tensors that needs a range.</summary>
/// <remarks>
/// Convolutions, sums, products and sigmoids are worth it as long as a convolution still comes behind them, or a choice of the largest (ArgMax),
/// which is the same of bytes; so is a last convolution whose result is enlarged: the enlarging, in float, smooths the steps of its bytes. The other
/// predictions' own arithmetic stays in float. What only moves values (pads, shapes, maxima, enlargements before those) goes along in bytes.
/// </remarks>
internal sealed class QuantisationPlan
{
    private static readonly string[] Computing = ["Conv", "Add", "Mul", "Sigmoid"];
    private static readonly string[] Rectifying = ["Relu", "Clip"];
    private static readonly string[] Moving = ["Transpose", "Pad", "Reshape", "Slice", "MaxPool", "Resize"];

    private readonly GraphView view;
    private readonly HashSet<string> chosen;
    private readonly IReadOnlySet<string> before;

    /// <summary>Plans a graph.</summary>
    /// <param name="graph">A float graph.</param>
    /// <param name="inFloat">Whether a node is to stay in float.</param>
    public QuantisationPlan(Graph graph, Predicate<Node> inFloat)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(inFloat);
        view = new GraphView(graph);
        before = view.NodesBeforeConvolutions();
        chosen = [.. graph.Nodes.Where(node => Computing.Contains(node.Operator) && (before.Contains(node.Name) || LeadsToChoice(node) || IsLastBeforeEnlarging(node)) && !inFloat(node)).Select(node => node.Name)];
    }

    /// <summary>The nodes that compute in bytes.</summary>
    public int Count => chosen.Count;

    /// <summary>Tensors whose range has to be measured: results of computing nodes, behind their rectifier, and whatever else these read.</summary>
    public IReadOnlyList<string> Measured => [.. view.Graph.Nodes.Where(EndsComputation).Select(node => node.Outputs[0])
        .Concat(view.Graph.Nodes.Where(Computes).SelectMany(DataInputs).Select(Origin)).Where(IsComputed).Distinct(StringComparer.Ordinal)];

    /// <summary>The convolutions in bytes that no further one reads: what they make is the prediction, enlarged or chosen among.</summary>
    public IReadOnlyList<Node> Predicting => [.. view.Graph.Nodes.Where(node => node.Operator == "Conv" && Computes(node) && !before.Contains(node.Name))];

    /// <summary>Whether a node computes in bytes.</summary>
    internal bool Computes(Node node) => chosen.Contains(node.Name);

    /// <summary>Whether a node moves bytes as it moves floats: what is made of a last convolution is made in float.</summary>
    internal bool Moves(Node node) => Moving.Contains(node.Operator) && (before.Contains(node.Name) || LeadsToChoice(node));

    /// <summary>Whether a node's result is the end of a computation in bytes: a computing node, or the rectifier that alone reads it.</summary>
    internal bool EndsComputation(Node node) => Computes(node)
        ? !(view.Readers(node.Outputs[0]).ToArray() is [var reader] && Rectifying.Contains(reader.Operator))
        : Rectifying.Contains(node.Operator) && view.Producer(node.Inputs[0]) is { } source && Computes(source) && view.Readers(source.Outputs[0]).Count() == 1;

    // Through nodes that move bytes, everything that reads the node's result ends in an ArgMax.
    private bool LeadsToChoice(Node node) => view.Readers(node.Outputs[0]).ToArray() is { Length: > 0 } readers
        && readers.All(reader => reader.Operator == "ArgMax" || (Moving.Contains(reader.Operator) && LeadsToChoice(reader)));

    private bool IsLastBeforeEnlarging(Node node) => node.Operator == "Conv" && view.Readers(node.Outputs[0]).ToArray() is [{ Operator: "Resize" }];

    private static IEnumerable<string> DataInputs(Node node) => node.Operator == "Conv" ? node.Inputs.Take(1) : node.Inputs;

    // Through nodes that only move bytes to where the bytes are made; floats that are moved become bytes only where they are read.
    private string Origin(string tensor)
    {
        var at = tensor;
        while (view.Producer(at) is { } source && Moves(source))
        {
            at = source.Inputs[0];
        }

        return view.Producer(at) is { } maker && (EndsComputation(maker) || IsImage(maker)) ? at : tensor;
    }

    private bool IsComputed(string tensor) => view.Producer(tensor) is { } maker && !IsImage(maker);

    private static bool IsImage(Node node) => node.Operator == "Cast";
}
