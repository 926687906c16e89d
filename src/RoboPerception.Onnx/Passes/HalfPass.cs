using System.Runtime.InteropServices;

namespace RoboPerception.Onnx;

/// <summary>
/// A copy of a graph that computes in 16-bit floats up to its last convolutions and in 32-bit ones behind them: the choice between near classes, the
/// exponential of depth and unit lengths need the digits, and outputs stay float32. Weights take half the bytes.
/// </summary>
internal static class HalfPass
{
    /// <summary>Largest finite number of 16 bits: what is beyond (a bound that never bites, the filling of a maximum) becomes this.</summary>
    public const float Largest = 65504;

    /// <summary>The converted copy; the graph itself stays as it is.</summary>
    /// <exception cref="ArgumentException">The graph is quantised: it has no floats to shorten.</exception>
    public static Graph Apply(Graph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        if (graph.Nodes.Any(node => node.Operator == "QuantizeLinear"))
        {
            throw new ArgumentException("A quantised graph does not convert to half precision; convert the float32 file.", nameof(graph));
        }

        var made = new Graph(graph.Name);
        made.Inputs.AddRange(graph.Inputs);
        made.Outputs.AddRange(graph.Outputs);
        foreach (var (name, constant) in graph.Initializers)
        {
            made.Initializers.Add(name, constant);
        }

        var view = new GraphView(graph);
        var before = view.NodesBeforeConvolutions();
        var half = graph.Nodes.Where(node => (node.Operator == "Conv" || before.Contains(node.Name)) && graph.Outputs.All(output => output.Name != node.Outputs[0]))
            .SelectMany(node => node.Outputs).ToHashSet(StringComparer.Ordinal);
        var casts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var node in graph.Nodes)
        {
            var computesInHalf = half.Contains(node.Outputs[0]);
            var inputs = node.Inputs.Select((input, place) => Read(node, input, place, computesInHalf)).ToArray();
            made.Nodes.Add(computesInHalf && node.Operator == "Cast" && node.Attribute("to", 0L) == (long)ElementType.Float
                ? node with { Inputs = inputs, Attributes = new Dictionary<string, object> { ["to"] = (long)ElementType.Float16 } }
                : node with { Inputs = inputs });
        }

        Passes.RemoveDeadCode(made);
        return made;

        string Read(Node node, string input, int place, bool inHalf)
        {
            if (input.Length == 0 || view.Type(input)?.Element != ElementType.Float)
            {
                return input;
            }

            if (graph.Initializers.TryGetValue(input, out var constant))
            {
                // A Resize takes its scales in float32 whatever it resizes.
                return inHalf && !(node.Operator == "Resize" && place > 0) ? Shortened(constant) : input;
            }

            return inHalf == half.Contains(input) ? input : Cast(input, inHalf ? ElementType.Float16 : ElementType.Float);
        }

        string Shortened(Initializer constant)
        {
            var name = constant.Name + "/half";
            if (!made.Initializers.ContainsKey(name))
            {
                Half[] values = Array.ConvertAll(constant.ToFloats(), value => (Half)Math.Clamp(value, -Largest, Largest));
                made.Initializers.Add(name, new Initializer(name, new TensorType(ElementType.Float16, [.. constant.Type.Shape]), MemoryMarshal.AsBytes<Half>(values).ToArray()));
            }

            return name;
        }

        string Cast(string input, ElementType to)
        {
            if (!casts.TryGetValue(input, out var name))
            {
                name = $"{input}/{(to == ElementType.Float ? "float" : "half")}";
                made.Nodes.Add(new Node("Cast", name + "/Cast", [input], [name], new Dictionary<string, object> { ["to"] = (long)to }));
                casts.Add(input, name);
            }

            return name;
        }
    }
}
