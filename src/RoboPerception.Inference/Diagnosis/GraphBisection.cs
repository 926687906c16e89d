using Microsoft.ML.OnnxRuntime;
using RoboPerception.Onnx;

namespace RoboPerception.Inference;

/// <summary>
/// Finds where in a graph a provider's predictions part from those of the plain CPU. Some tensors at a time become outputs of both sessions: all at
/// once would forbid the fusions that may be what is wrong, and would need memory for every map of the network.
/// </summary>
internal static class GraphBisection
{
    /// <summary>Mean distance over mean size beyond which two tensors are not the same. Half precision stays below a hundredth in our networks.</summary>
    public const double Bound = 0.02;

    private const int TensorsAtOnce = 12;

    /// <summary>Compares a provider with the CPU computing the file as it stands; null if all outputs agree.</summary>
    /// <param name="model">The model.</param>
    /// <param name="provider">Where the suspect runs.</param>
    /// <param name="settings">How.</param>
    /// <param name="against">A file of the same tensors that runs on the provider instead of the model's; for trying this out without a wrong provider.</param>
    /// <exception cref="OnnxRuntimeException">The provider cannot be loaded or refuses the graph.</exception>
    /// <exception cref="FormatException">The file uses parts of ONNX that are not known here.</exception>
    public static Divergence? Find(ModelFile model, ExecutionProvider provider, InferenceSettings settings, ModelFile? against = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(settings);
        OnnxRuntimeLibrary.Use();
        ModelFile suspect = against ?? model;
        OnnxModel graph = OnnxFile.FromBytes(model.Content);
        var right = new InnerTensors(graph, () => SessionOptionsFactory.CreatePlain(settings));
        // The CPU's form lacks some of the tensors that are compared.
        byte[] content = provider == ExecutionProvider.Cpu ? suspect.Content : suspect.ContentFor(provider, settings);
        var tried = new InnerTensors(OnnxFile.FromBytes(content), () => SessionOptionsFactory.Create(suspect, provider, settings with { CudaGraph = false }));
        return new Search(new GraphView(graph.Graph), right, tried).Run();
    }

    /// <summary>Mean distance over mean size; infinite where one side is no number and the other is.</summary>
    internal static double Difference(float[] right, float[] tried)
    {
        if (right.Length != tried.Length)
        {
            return double.PositiveInfinity;
        }
        double distance = 0, size = 0;
        for (int i = 0; i < right.Length; i++)
        {
            if (float.IsFinite(right[i]) != float.IsFinite(tried[i]))
            {
                return double.PositiveInfinity;
            }
            if (float.IsFinite(right[i]))
            {
                distance += Math.Abs((double)tried[i] - right[i]);
                size += Math.Abs((double)right[i]);
            }
        }
        return distance == 0 ? 0 : distance / Math.Max(size, 1e-9);
    }

    private sealed class Search(GraphView view, InnerTensors right, InnerTensors tried)
    {
        private readonly Dictionary<string, double> differences = new(StringComparer.Ordinal);
        private readonly Dictionary<Node, int> places = view.Graph.Nodes.Select((node, place) => (node, place)).ToDictionary(pair => pair.node, pair => pair.place, ReferenceEqualityComparer.Instance as IEqualityComparer<Node>);
        private int sessions;

        public Divergence? Run()
        {
            Measure([.. view.Graph.Outputs.Select(output => output.Name)]);
            if (FirstWrong(view.Graph.Nodes) is not { } wrong)
            {
                return null;
            }
            while (true)
            {
                // What could be the cause: what leads to the wrong tensor, less what leads to right ones.
                HashSet<Node> open = Ancestors(wrong);
                foreach (Node sound in view.Graph.Nodes.Where(node => open.Contains(node) && Known(node) is <= Bound).ToArray())
                {
                    open.ExceptWith(Ancestors(sound));
                    open.Remove(sound);
                }
                Node[] unknown = [.. view.Graph.Nodes.Where(node => open.Contains(node) && Known(node) is null && Readable(node))];
                if (unknown.Length == 0)
                {
                    double inputs = wrong.Inputs.Select(input => differences.GetValueOrDefault(input)).DefaultIfEmpty().Max();
                    return new Divergence(wrong.Name, wrong.Operator, wrong.Outputs[0], differences[wrong.Outputs[0]], inputs, sessions);
                }
                int count = Math.Min(TensorsAtOnce, unknown.Length);
                // Spread evenly, the last (next to the wrong one) among them.
                Measure([.. Enumerable.Range(1, count).Select(i => unknown[(i * unknown.Length / count) - 1].Outputs[0]).Distinct()]);
                wrong = FirstWrong(open) ?? wrong;
            }
        }

        private void Measure(string[] names)
        {
            Dictionary<string, float[]> expected = right.Read(names), found = tried.Read(names);
            sessions++;
            foreach (string name in names)
            {
                differences[name] = Difference(expected[name], found[name]);
            }
        }

        private double? Known(Node node) => differences.TryGetValue(node.Outputs[0], out double difference) ? difference : null;

        private bool Readable(Node node) => right.Has(node.Outputs[0]) && tried.Has(node.Outputs[0]);

        private Node? FirstWrong(IEnumerable<Node> nodes) => nodes.Where(node => Known(node) is > Bound).OrderBy(node => places[node]).FirstOrDefault();

        private HashSet<Node> Ancestors(Node node)
        {
            var found = new HashSet<Node>(ReferenceEqualityComparer.Instance as IEqualityComparer<Node>);
            var waiting = new Stack<Node>([node]);
            while (waiting.TryPop(out Node? next))
            {
                foreach (Node source in next.Inputs.Select(view.Producer).OfType<Node>().Where(found.Add))
                {
                    waiting.Push(source);
                }
            }
            return found;
        }
    }
}
