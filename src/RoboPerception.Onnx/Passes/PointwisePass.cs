namespace RoboPerception.Onnx;

/// <summary>
/// 1x1 convolutions go before the linear enlargement that they read, and the choice of one task's maps goes before the product that it picks from: both
/// compute the same of fewer pixels, or without turning the tensor's memory. Enlarging costs as much in bytes as in floats, or more, so where the rest of
/// a network is quantised it is what remains.
/// </summary>
/// <remarks>
/// Every enlarged pixel is a mean of pixels with weights that sum to one, the same for all channels, and a 1x1 convolution (with its bias) is the same affine
/// map of the channels at every pixel: which comes first makes no difference but for rounding.
/// </remarks>
internal static class PointwisePass
{
    /// <summary>Rewrites a graph in place.</summary>
    /// <returns>How many nodes went before another.</returns>
    public static int Apply(Graph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        var view = new GraphView(graph);
        var moved = graph.Nodes.Where(node => node.Operator == "Conv").ToArray().Count(node => BeforeEnlarging(view, node))
            + graph.Nodes.Where(node => node.Operator == "Mul").ToArray().Sum(node => BeforeProduct(view, node));
        Passes.RemoveDeadCode(graph);
        return moved;
    }

    // conv(reshape(enlarge(x))) becomes enlarge(conv(reshape(x))), where the reshape at most lays the batch along the channels.
    private static bool BeforeEnlarging(GraphView view, Node conv)
    {
        var source = Alone(view, conv.Inputs[0]);
        var reshape = source is { Operator: "Reshape" } ? source : null;
        var resize = reshape is null ? source : Alone(view, reshape.Inputs[0]);
        if (!IsPointwise(view, conv) || resize is not { Operator: "Resize" } || resize.Attribute("mode", "nearest") != "linear"
            || Shape(view, resize.Inputs[0]) is not [var n, var c, var height, var width]
            || Shape(view, resize.Outputs[0]) is not [_, _, var rows, var columns] || rows < height || columns < width
            || Shape(view, conv.Inputs[0]) is not [1, var channels, _, _] || channels != n * c || (reshape is null && n != 1)
            || Shape(view, conv.Outputs[0]) is not [_, var made, _, _] || made > channels)
        {
            return false;
        }

        var small = resize.Inputs[0];
        var added = new List<Node>();
        if (reshape is not null)
        {
            added.Add(reshape with { Inputs = [small, Integers(view.Graph, reshape.Name + ":shape", [1, channels, height, width])], Outputs = [reshape.Name + ":small"] });
            small = added[0].Outputs[0];
        }

        added.Add(conv with { Inputs = [small, .. conv.Inputs.Skip(1)], Outputs = [conv.Name + ":small"] });
        added.Add(resize with { Inputs = [conv.Name + ":small", "", "", Integers(view.Graph, resize.Name + ":sizes", [1, made, rows, columns])], Outputs = conv.Outputs });
        view.Graph.Nodes.RemoveAll(node => node.Name == resize.Name || node.Name == reshape?.Name);
        var place = view.Graph.Nodes.IndexOf(conv);
        view.Graph.Nodes.RemoveAt(place);
        view.Graph.Nodes.InsertRange(place, added);
        return true;
    }

    // slice(reshape(masks) * shared) along the batch becomes slice(masks) * shared along the channels, for every task that is sliced out.
    private static int BeforeProduct(GraphView view, Node product)
    {
        if (Alone(view, product.Inputs[0]) is not { Operator: "Reshape" } reshape
            || Shape(view, product.Inputs[0]) is not [var tasks, var channels, _, _] || tasks == 1
            || Shape(view, reshape.Inputs[0]) is not [1, var all, _, _] || all != tasks * channels
            || Shape(view, product.Inputs[1]) is not [1, var shared, _, _] || shared != channels
            || view.Readers(product.Outputs[0]).ToArray() is not { Length: > 0 } slices || !slices.All(slice => Picks(view, slice)))
        {
            return 0;
        }

        foreach (var slice in slices)
        {
            var task = view.Constant(slice, 1)!.ToIntegers()[0];
            var own = slice with
            {
                Inputs =
                [
                    reshape.Inputs[0],
                    Integers(view.Graph, slice.Name + ":starts", [task * channels]),
                    Integers(view.Graph, slice.Name + ":ends", [(task + 1) * channels]),
                    Integers(view.Graph, slice.Name + ":axes", [1]),
                    Integers(view.Graph, slice.Name + ":steps", [1]),
                ],
                Outputs = [slice.Name + ":own"],
            };
            var place = view.Graph.Nodes.IndexOf(slice);
            view.Graph.Nodes[place] = product with { Name = slice.Name + "/Mul", Inputs = [own.Outputs[0], product.Inputs[1]], Outputs = slice.Outputs };
            view.Graph.Nodes.Insert(place, own);
        }

        return slices.Length;
    }

    // One place of the batch.
    private static bool Picks(GraphView view, Node slice) => slice.Operator == "Slice"
        && view.Constant(slice, 1)?.ToIntegers() is [var start] && view.Constant(slice, 2)?.ToIntegers() is [var end] && start >= 0 && end == start + 1
        && view.Constant(slice, 3)?.ToIntegers() is [0];

    private static bool IsPointwise(GraphView view, Node conv) => view.Constant(conv, 1)?.Type.Shape is [_, _, 1, 1]
        && conv.Attribute("strides", Array.Empty<long>()).All(stride => stride == 1) && conv.Attribute("pads", Array.Empty<long>()).All(pad => pad == 0);

    // The node that computes a tensor which one node alone reads.
    private static Node? Alone(GraphView view, string tensor) => view.Readers(tensor).Count() == 1 && view.Graph.Outputs.All(output => output.Name != tensor) ? view.Producer(tensor) : null;

    private static IReadOnlyList<long>? Shape(GraphView view, string tensor) => view.Type(tensor)?.Shape;

    private static string Integers(Graph graph, string name, long[] values)
    {
        graph.Initializers[name] = Initializer.Integers(name, values, values.Length);
        return name;
    }
}
