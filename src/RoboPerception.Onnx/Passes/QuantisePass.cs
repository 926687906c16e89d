using System.Runtime.InteropServices;

namespace RoboPerception.Onnx;

/// <summary>
/// Writes quantisation into a graph as QuantizeLinear and DequantizeLinear nodes, the form that ONNX Runtime turns into integer kernels: activations
/// as unsigned bytes with one step a tensor, weights as signed bytes around zero with one step an output channel, biases as 32-bit
/// integers (Jacob et al., "Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference", CVPR 2018).
/// </summary>
internal static class QuantisePass
{
    private const float WeightLevels = 127;

    // Grouped convolutions of so few and so narrow groups were slower than with zeros between them (ONNX Runtime 1.31, AVX-512 VNNI).
    private const int MostGroups = 4, MostChannels = 32;

    /// <summary>A quantised copy of a graph.</summary>
    /// <param name="graph">A float graph; left as it is.</param>
    /// <param name="plan">What is to be quantised.</param>
    /// <param name="ranges">A range for every tensor of <see cref="QuantisationPlan.Measured"/>.</param>
    /// <exception cref="ArgumentException">A range is missing.</exception>
    public static Graph Apply(Graph graph, QuantisationPlan plan, IReadOnlyDictionary<string, TensorRange> ranges)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(ranges);
        return new Rewriter(graph, plan, ranges).Run();
    }

    /// <summary>Adds to the bias of a convolution in bytes, to the next of its steps.</summary>
    /// <param name="graph">A graph that <see cref="Apply"/> made.</param>
    /// <param name="name">The convolution.</param>
    /// <param name="by">What to add, in units of its result; one number an output channel.</param>
    /// <returns>The bias as it was, which put back undoes it; null if the convolution has none.</returns>
    public static Initializer? ShiftBias(Graph graph, string name, IReadOnlyList<double> by)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(by);
        if (!graph.Initializers.TryGetValue(Whole(name), out var bias))
        {
            return null;
        }

        var steps = graph.Initializers[name + ":bias/scale"].ToFloats();
        var whole = MemoryMarshal.Cast<byte, int>(bias.Data).ToArray();
        for (var c = 0; c < whole.Length; c++)
        {
            whole[c] = Rounded(whole[c] + (by[c] / steps[c]));
        }

        graph.Initializers[bias.Name] = new Initializer(bias.Name, bias.Type, MemoryMarshal.AsBytes<int>(whole).ToArray());
        return bias;
    }

    private static string Whole(string name) => name + ":bias/whole";

    private static int Rounded(double bias) => (int)Math.Clamp(Math.Round(bias), int.MinValue / 2, int.MaxValue / 2);

    private sealed class Rewriter(Graph graph, QuantisationPlan plan, IReadOnlyDictionary<string, TensorRange> ranges)
    {
        private readonly Graph made = new(graph.Name);
        private readonly Dictionary<string, Bytes> bytes = new(StringComparer.Ordinal);
        private readonly Dictionary<string, string> floats = new(StringComparer.Ordinal);

        /// <summary>A tensor in bytes, and the constants that say what they mean.</summary>
        private sealed record Bytes(string Name, string Scale, string Zero, float ScaleValue, byte ZeroValue);

        public Graph Run()
        {
            made.Inputs.AddRange(graph.Inputs);
            made.Outputs.AddRange(graph.Outputs);
            foreach (var (name, constant) in graph.Initializers)
            {
                made.Initializers.Add(name, constant);
            }

            foreach (var node in graph.Nodes)
            {
                Add(node);
            }

            Passes.RemoveDeadCode(made);
            return made;
        }

        private void Add(Node node)
        {
            if (node.Operator == "Cast" && graph.Inputs.Any(input => input.Name == node.Inputs[0] && input.Type.Element == ElementType.UInt8))
            {
                // An image's bytes are what they are: nothing is rounded.
                bytes[node.Outputs[0]] = Meaning(node.Inputs[0], node.Inputs[0], 1, 0);
                made.Nodes.Add(node);
                return;
            }

            if (plan.Moves(node) && bytes.TryGetValue(node.Inputs[0], out var moved))
            {
                var name = node.Outputs[0] + "/bytes";
                string[] inputs = [moved.Name, .. node.Inputs.Skip(1)];
                if (node.Operator == "Pad" && inputs.Length > 2)
                {
                    inputs[2] = moved.Zero;
                }

                made.Nodes.Add(node with { Inputs = inputs, Outputs = [name] });
                bytes[node.Outputs[0]] = moved with { Name = name };
                return;
            }

            if (node.Operator == "ArgMax" && bytes.TryGetValue(node.Inputs[0], out var scores))
            {
                // The largest byte is the largest value.
                made.Nodes.Add(node with { Inputs = [scores.Name] });
                return;
            }

            made.Nodes.Add(!plan.Computes(node) ? node with { Inputs = [.. node.Inputs.Select(AsFloat)] }
                : node.Operator == "Conv" ? Convolution(node)
                : node with { Inputs = [.. node.Inputs.Select(Dequantised)] });
            if (plan.EndsComputation(node))
            {
                Quantise(node.Outputs[0]);
            }
        }

        private Node Convolution(Node node)
        {
            var x = Dequantised(node.Inputs[0]);
            var scale = bytes.TryGetValue(node.Inputs[0], out var input) ? input.ScaleValue : throw new InvalidOperationException($"'{node.Inputs[0]}' has no step.");
            var weight = graph.Initializers[node.Inputs[1]];
            var (values, channels) = (weight.ToFloats(), (int)weight.Type.Shape[0]);
            var (quantised, steps) = PerChannel(values, channels);
            long[] shape = [.. weight.Type.Shape];
            if (node.Attribute("group", 1L) is var groups && groups is > 1 and <= MostGroups && shape[1] is > 1 and <= MostChannels)
            {
                quantised = Dense(quantised, channels, (int)groups);
                shape[1] *= groups;
                node = node with { Attributes = new Dictionary<string, object>(node.Attributes, StringComparer.Ordinal) { ["group"] = 1L } };
            }

            Store(new Initializer(node.Name + ":weight/bytes", new TensorType(ElementType.Int8, shape), MemoryMarshal.AsBytes<sbyte>(quantised).ToArray()));
            var weightName = Dequantise(node.Name + ":weight", node.Name + ":weight/bytes", steps, new byte[channels], ElementType.Int8);
            if (node.Inputs.Count < 3)
            {
                return node with { Inputs = [x, weightName] };
            }

            var biasSteps = Array.ConvertAll(steps, step => step * scale);
            var bias = graph.Initializers[node.Inputs[2]].ToFloats();
            var whole = new int[channels];
            for (var c = 0; c < channels; c++)
            {
                whole[c] = Rounded(bias[c] / (double)biasSteps[c]);
            }

            Store(new Initializer(Whole(node.Name), new TensorType(ElementType.Int32, channels), MemoryMarshal.AsBytes<int>(whole).ToArray()));
            return node with { Inputs = [x, weightName, Dequantise(node.Name + ":bias", Whole(node.Name), biasSteps, new byte[4 * channels], ElementType.Int32)] };
        }

        /// <summary>
        /// The weights (M,C/g,...) of a grouped convolution with zeros for the channels that a group does not see, (M,C,...). A zero is exact, so the sums
        /// are the same, and one product of matrices of this size is faster than a few narrow ones.
        /// </summary>
        private static sbyte[] Dense(sbyte[] values, int channels, int groups)
        {
            var each = values.Length / channels;
            var dense = new sbyte[values.Length * groups];
            for (var c = 0; c < channels; c++)
            {
                values.AsSpan(c * each, each).CopyTo(dense.AsSpan(((c * groups) + (c * groups / channels)) * each, each));
            }

            return dense;
        }

        private static (sbyte[] Values, float[] Steps) PerChannel(float[] values, int channels)
        {
            var quantised = new sbyte[values.Length];
            var steps = new float[channels];
            var each = values.Length / channels;
            for (var c = 0; c < channels; c++)
            {
                var channel = values.AsSpan(c * each, each);
                var largest = 0f;
                foreach (var value in channel)
                {
                    largest = Math.Max(largest, Math.Abs(value));
                }

                steps[c] = Math.Max(largest / WeightLevels, 1e-9f);
                for (var i = 0; i < each; i++)
                {
                    quantised[(c * each) + i] = (sbyte)Math.Clamp(MathF.Round(channel[i] / steps[c]), -WeightLevels, WeightLevels);
                }
            }

            return (quantised, steps);
        }

        private string Dequantise(string name, string source, float[] steps, byte[] zeros, ElementType element)
        {
            var (scale, zero, result) = (name + "/scale", name + "/zero", name + "/float");
            Store(Initializer.Floats(scale, steps, steps.Length));
            Store(new Initializer(zero, new TensorType(element, steps.Length), zeros));
            made.Nodes.Add(new Node("DequantizeLinear", name + "/DequantizeLinear", [source, scale, zero], [result], new Dictionary<string, object> { ["axis"] = 0L }));
            return result;
        }

        private void Quantise(string tensor)
        {
            var (scale, zero) = ranges.TryGetValue(tensor, out var range) ? range.ToBytes() : throw new ArgumentException($"Tensor '{tensor}' has no range.", nameof(tensor));
            var meaning = Meaning(tensor, tensor + "/bytes", scale, zero);
            made.Nodes.Add(new Node("QuantizeLinear", tensor + "/QuantizeLinear", [tensor, meaning.Scale, meaning.Zero], [meaning.Name], new Dictionary<string, object>()));
            bytes[tensor] = meaning;
        }

        private Bytes Meaning(string tensor, string name, float scale, byte zero)
        {
            var meaning = new Bytes(name, tensor + "/scale", tensor + "/zero", scale, zero);
            Store(Initializer.Floats(meaning.Scale, [scale]));
            Store(new Initializer(meaning.Zero, new TensorType(ElementType.UInt8), [zero]));
            return meaning;
        }

        /// <summary>What a float node reads: the tensor itself, or its bytes made floats again where only these exist or are fused.</summary>
        private string AsFloat(string tensor) => bytes.ContainsKey(tensor) ? Dequantised(tensor) : tensor;

        private string Dequantised(string tensor)
        {
            if (floats.TryGetValue(tensor, out var known))
            {
                return known;
            }

            if (!bytes.ContainsKey(tensor))
            {
                // From a float node into bytes: its own range counts.
                Quantise(tensor);
            }

            var meaning = bytes[tensor];
            var result = tensor + "/float";
            made.Nodes.Add(new Node("DequantizeLinear", tensor + "/DequantizeLinear", [meaning.Name, meaning.Scale, meaning.Zero], [result], new Dictionary<string, object>()));
            floats.Add(tensor, result);
            return result;
        }

        private void Store(Initializer constant) => made.Initializers[constant.Name] = constant;
    }
}
