using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace RoboPerception.Onnx;

/// <summary>
/// Builds a graph node by node. Types and shapes are inferred at once, so a mistake is reported where it is made. Equal constants are
/// stored once.
/// </summary>
internal sealed partial class GraphBuilder
{
    private readonly Graph graph;
    private readonly Dictionary<string, Value> constants = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> counters = new(StringComparer.Ordinal);
    private string scope = "";

    /// <summary>Starts an empty graph.</summary>
    public GraphBuilder(string name) => graph = new Graph(name);

    /// <summary>Declares a graph input.</summary>
    public Value Input(string name, ElementType element, params ReadOnlySpan<long> shape)
    {
        var type = new TensorType(element, shape);
        graph.Inputs.Add(new GraphValue(name, type));
        return new Value(name, type);
    }

    /// <summary>Declares a graph output under a name of its own.</summary>
    public void Output(string name, Value value)
    {
        ArgumentNullException.ThrowIfNull(value);
        graph.Nodes.Add(new Node("Identity", "output/" + name, [value.Name], [name], new Dictionary<string, object>()));
        graph.Outputs.Add(new GraphValue(name, value.Type));
    }

    /// <summary>Names of the nodes made until the result is disposed start with <paramref name="name"/> and a slash.</summary>
    public IDisposable Scope(string name)
    {
        var outer = scope;
        scope = outer + name + "/";
        return new ScopeEnd(this, outer);
    }

    /// <summary>A float32 constant.</summary>
    public Value Constant(ReadOnlySpan<float> values, params ReadOnlySpan<long> shape) =>
        Constant(new TensorType(ElementType.Float, shape), MemoryMarshal.AsBytes(values).ToArray());

    /// <summary>An int64 constant.</summary>
    public Value Constant(ReadOnlySpan<long> values, params ReadOnlySpan<long> shape) =>
        Constant(new TensorType(ElementType.Int64, shape), MemoryMarshal.AsBytes(values).ToArray());

    /// <summary>The finished graph: checked, without the detours that <see cref="Output"/> left.</summary>
    /// <exception cref="FormatException">The graph has faults.</exception>
    public Graph Build()
    {
        Passes.RemoveIdentities(graph);
        GraphChecker.Check(graph);
        return graph;
    }

    private Value Constant(TensorType type, byte[] data)
    {
        var key = $"{type}:{Convert.ToHexStringLower(SHA256.HashData(data))}";
        if (!constants.TryGetValue(key, out var value))
        {
            value = new Value($"constant_{constants.Count}", type);
            constants.Add(key, value);
            graph.Initializers.Add(value.Name, new Initializer(value.Name, type, data));
        }

        return value;
    }

    private Value Add(string operation, ReadOnlySpan<Value?> inputs, params ReadOnlySpan<(string Name, object Value)> attributes)
    {
        var path = scope + operation;
        var count = counters[path] = counters.GetValueOrDefault(path) + 1;
        var name = count == 1 ? path : $"{path}_{count}";
        var names = new string[inputs.Length];
        var types = new TensorType?[inputs.Length];
        for (var i = 0; i < inputs.Length; i++)
        {
            names[i] = inputs[i]?.Name ?? "";
            types[i] = inputs[i]?.Type;
        }

        var table = new Dictionary<string, object>(StringComparer.Ordinal);
        foreach (var (attribute, value) in attributes)
        {
            table.Add(attribute, value);
        }

        var node = new Node(operation, name, names, [name + ":0"], table);
        var type = ShapeRules.Infer(new ShapeContext(node, types, graph.Initializers.GetValueOrDefault));
        graph.Nodes.Add(node);
        return new Value(node.Outputs[0], type);
    }

    private sealed class ScopeEnd(GraphBuilder builder, string outer) : IDisposable
    {
        public void Dispose() => builder.scope = outer;
    }
}
