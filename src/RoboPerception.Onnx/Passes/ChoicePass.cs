namespace RoboPerception.Onnx;

/// <summary>
/// A linear enlargement of scores by a whole factor, of which then the largest is chosen, becomes a 3x3 convolution that makes the scores of every enlarged
/// pixel as channels of the small one; the choice is made among these, and only class ids are laid out as an image. Convolutions in bytes are
/// far faster than enlargements in bytes.
/// </summary>
/// <remarks>
/// Between centres of pixels, an enlarged pixel lies between the small one that it is part of and the nearest neighbour: a mean with weights (1 - d) and d
/// along each axis, where d depends on its place in the small pixel alone. Beyond the edge the edge itself counts, hence a Pad that repeats it.
/// </remarks>
internal static class ChoicePass
{
    private const int Window = 3, LargestFactor = 4;

    /// <summary>Rewrites a graph in place. The predictions stay the same but for the rounding of scores.</summary>
    /// <returns>How many choices were rewritten.</returns>
    public static int Apply(Graph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        var view = new GraphView(graph);
        var rewritten = graph.Nodes.Where(node => node.Operator == "ArgMax").ToArray().Count(node => Rewrite(view, node));
        Passes.RemoveDeadCode(graph);
        return rewritten;
    }

    private static bool Rewrite(GraphView view, Node choice)
    {
        if (choice.Attribute("axis", 0L) != 1 || choice.Attribute("keepdims", 1L) != 0 || view.Producer(choice.Inputs[0]) is not { Operator: "Resize" } resize
            || resize.Attribute("mode", "nearest") != "linear" || resize.Attribute("coordinate_transformation_mode", "half_pixel") != "half_pixel"
            || view.Readers(resize.Outputs[0]).Count() != 1
            || view.Type(resize.Inputs[0])?.Shape is not [1, var classes, var rows, var columns] || view.Type(resize.Outputs[0])?.Shape is not [1, _, var height, var width]
            || height % rows != 0 || height / rows is not (> 1 and <= LargestFactor and var factor) || width != columns * factor)
        {
            return false;
        }

        var (graph, name) = (view.Graph, resize.Name);
        var places = factor * factor;
        var weight = Initializer.Floats(name + ":weight", Weights((int)classes, (int)factor), places * classes, classes, Window, Window);
        graph.Initializers[weight.Name] = weight;
        Node[] nodes =
        [
            Make("Pad", name + "/Pad", [resize.Inputs[0], Integers(graph, name + ":pads", 0, 0, 1, 1, 0, 0, 1, 1)], ("mode", "edge")),
            Make("Conv", name + "/Conv", [name + "/Pad:0", weight.Name], ("kernel_shape", new long[] { Window, Window }), ("auto_pad", "VALID")),
            Make("Transpose", name + "/Transpose", [name + "/Conv:0"], ("perm", new long[] { 0, 2, 3, 1 })),
            Make("Reshape", name + "/Reshape", [name + "/Transpose:0", Integers(graph, name + ":scores", 1, rows, columns, places, classes)]),
            choice with { Inputs = [name + "/Reshape:0"], Outputs = [choice.Name + ":small"], Attributes = new Dictionary<string, object>(choice.Attributes, StringComparer.Ordinal) { ["axis"] = 4L } },
            Make("Reshape", name + "/Reshape_2", [choice.Name + ":small", Integers(graph, name + ":places", 1, rows, columns, factor, factor)]),
            Make("Transpose", name + "/Transpose_2", [name + "/Reshape_2:0"], ("perm", new long[] { 0, 1, 3, 2, 4 })),
            Make("Reshape", name + "/Reshape_3", [name + "/Transpose_2:0", Integers(graph, name + ":ids", 1, height, width)]) with { Outputs = choice.Outputs },
        ];
        var place = graph.Nodes.IndexOf(choice);
        graph.Nodes.RemoveAt(place);
        graph.Nodes.InsertRange(place, nodes);
        graph.Nodes.RemoveAll(node => node.Name == resize.Name);
        return true;
    }

    /// <summary>Weights (f*f*C,C,3,3): score c of place (y,x) of a small pixel is channel (y*f+x)*C+c.</summary>
    private static float[] Weights(int classes, int factor)
    {
        var taps = Enumerable.Range(0, factor).Select(place => Taps(((place + 0.5) / factor) - 0.5)).ToArray();
        var weights = new float[factor * factor * classes * classes * Window * Window];
        for (var place = 0; place < factor * factor; place++)
        {
            var (down, right) = (taps[place / factor], taps[place % factor]);
            for (var c = 0; c < classes; c++)
            {
                var kernel = weights.AsSpan(((((place * classes) + c) * classes) + c) * Window * Window, Window * Window);
                for (var i = 0; i < kernel.Length; i++)
                {
                    kernel[i] = (float)(down[i / Window] * right[i % Window]);
                }
            }
        }

        return weights;
    }

    // Of the pixel before, the pixel itself and the one after.
    private static double[] Taps(double from) => [Math.Max(-from, 0), 1 - Math.Abs(from), Math.Max(from, 0)];

    private static Node Make(string operation, string name, string[] inputs, params (string Name, object Value)[] attributes) =>
        new(operation, name, inputs, [name + ":0"], attributes.ToDictionary(pair => pair.Name, pair => pair.Value, StringComparer.Ordinal));

    private static string Integers(Graph graph, string name, params long[] values)
    {
        graph.Initializers[name] = Initializer.Integers(name, values, values.Length);
        return name;
    }
}
