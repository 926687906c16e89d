namespace RoboPerception.Onnx;

/// <summary>
/// Padding of one side alone becomes a Pad before the convolution or pooling, which ONNX Runtime's CUDA provider computes rightly
/// (<see cref="KnownFaults"/>: asymmetric-conv-pads). The node behind says <c>auto_pad</c> VALID instead of pads of zero: with these the
/// runtime's PadFusion would fold the Pad back into it.
/// </summary>
internal static class PadPass
{
    /// <summary>Rewrites a graph in place. The predictions stay the same, bit for bit, on a provider that computes both forms.</summary>
    /// <returns>How many nodes were rewritten.</returns>
    public static int Apply(Graph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        var rewritten = 0;
        foreach (var node in graph.Nodes.Where(Rewritable).ToArray())
        {
            var pads = node.Attribute("pads", Array.Empty<long>());
            var padName = node.Name + "/Pad";
            Node pad = new("Pad", padName, [node.Inputs[0], Pads(graph, pads), Filling(graph, node.Operator)], [padName + ":0"], new Dictionary<string, object> { ["mode"] = "constant" });
            var place = graph.Nodes.IndexOf(node);
            graph.Nodes[place] = Valid(node) with { Inputs = [pad.Outputs[0], .. node.Inputs.Skip(1)] };
            graph.Nodes.Insert(place, pad);
            rewritten++;
        }

        return rewritten;
    }

    /// <summary>
    /// The other way round, in place: a Pad of zeros goes back into the convolution that reads it. Only for ONNX Runtime's CPU provider, which computes padding of
    /// one side rightly and convolves in a blocked layout that it has to leave and make anew for every Pad. The predictions stay the same, bit for bit.
    /// </summary>
    /// <returns>How many convolutions were rewritten.</returns>
    public static int FoldBack(Graph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        var view = new GraphView(graph);
        var folded = 0;
        for (var place = 0; place < graph.Nodes.Count; place++)
        {
            var node = graph.Nodes[place];
            if (node.Operator == "Conv" && node.Attribute("auto_pad", "") == "VALID" && view.Producer(node.Inputs[0]) is { Operator: "Pad", Inputs.Count: <= 3 } pad
                && pad.Attribute("mode", "constant") == "constant" && view.Constant(pad, 1)?.ToIntegers() is [0, 0, var top, var left, 0, 0, var bottom, var right]
                && FillsWithZeros(view, pad))
            {
                var attributes = new Dictionary<string, object>(node.Attributes, StringComparer.Ordinal) { ["pads"] = new[] { top, left, bottom, right } };
                attributes.Remove("auto_pad");
                graph.Nodes[place] = node with { Inputs = [pad.Inputs[0], .. node.Inputs.Skip(1)], Attributes = attributes };
                folded++;
            }
        }

        Passes.RemoveDeadCode(graph);
        return folded;
    }

    /// <summary>A file with its pads inside the convolutions, or the file itself: where it has none, or another program wrote it.</summary>
    public static byte[] FoldBack(byte[] file)
    {
        var model = OnnxFile.FromBytes(file);
        return model.Producer == OnnxModel.OwnProducer && FoldBack(model.Graph) > 0 ? OnnxFile.ToBytes(model) : file;
    }

    /// <summary>The node without pads of its own, in the form that PadFusion leaves alone.</summary>
    internal static Node Valid(Node node) =>
        node with { Attributes = new Dictionary<string, object>(node.Attributes.Where(attribute => attribute.Key != "pads"), StringComparer.Ordinal) { ["auto_pad"] = "VALID" } };

    // A mean that leaves padding out of its divisor has no form with a Pad: the checker refuses it.
    private static bool Rewritable(Node node) => KnownFaults.Asymmetric(node)
        && (node.Operator is "Conv" or "MaxPool" || (node.Operator == "AveragePool" && node.Attribute("count_include_pad", 0L) != 0));

    private static bool FillsWithZeros(GraphView view, Node pad) => pad.Inputs.Count < 3 || pad.Inputs[2].Length == 0 || view.Constant(pad, 2)?.Data.All(value => value == 0) == true;

    private static string Pads(Graph graph, long[] pads)
    {
        // Of the four axes (N,C,H,W) the last two, beginnings first.
        long[] all = [0, 0, pads[0], pads[1], 0, 0, pads[2], pads[3]];
        var name = $"pads_{string.Join('_', pads)}";
        graph.Initializers.TryAdd(name, Initializer.Integers(name, all, all.Length));
        return name;
    }

    private static string Filling(Graph graph, string operation)
    {
        // What never wins a maximum; a finite number, as infinities are trouble for quantisation and half precision.
        var (name, value) = operation == "MaxPool" ? ("pad_lowest", float.MinValue) : ("pad_zero", 0f);
        graph.Initializers.TryAdd(name, Initializer.Floats(name, [value]));
        return name;
    }
}
