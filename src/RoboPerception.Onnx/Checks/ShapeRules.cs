namespace RoboPerception.Onnx;

/// <summary>Output types of the operators this project uses, for fixed shapes (ONNX operator set 17).</summary>
internal static class ShapeRules
{
    private static readonly Dictionary<string, Func<ShapeContext, TensorType>> Rules = new(StringComparer.Ordinal)
    {
        ["Add"] = SameType,
        ["And"] = SameType,
        ["ArgMax"] = ArgMax,
        ["AveragePool"] = Pool,
        ["BatchNormalization"] = context => context.Input(0),
        ["Cast"] = context => new((ElementType)context.Node.Attribute("to", 0L), [.. context.Input(0).Shape]),
        ["Clip"] = context => context.Input(0),
        ["Concat"] = Concat,
        ["Conv"] = Conv,
        ["DepthToSpace"] = DepthToSpace,
        ["DequantizeLinear"] = context => new(context.Input(1).Element, [.. context.Input(0).Shape]),
        ["Div"] = SameType,
        ["Equal"] = Comparison,
        ["Exp"] = context => context.Input(0),
        ["Greater"] = Comparison,
        ["Identity"] = context => context.Input(0),
        ["Less"] = Comparison,
        ["MaxPool"] = Pool,
        ["Mul"] = SameType,
        ["Not"] = context => context.Input(0),
        ["Pad"] = Pad,
        ["QuantizeLinear"] = context => new(context.Has(2) ? context.Input(2).Element : ElementType.UInt8, [.. context.Input(0).Shape]),
        ["ReduceSum"] = ReduceSum,
        ["Relu"] = context => context.Input(0),
        ["Reshape"] = Reshape,
        ["Resize"] = Resize,
        ["Sigmoid"] = context => context.Input(0),
        ["Slice"] = Slice,
        ["Softmax"] = context => context.Input(0),
        ["Sqrt"] = context => context.Input(0),
        ["Sub"] = SameType,
        ["Transpose"] = Transpose,
        ["Where"] = Where,
    };

    /// <summary>The type of a node's only output.</summary>
    /// <exception cref="FormatException">No rule, or inputs that do not fit; the message names the node.</exception>
    public static TensorType Infer(ShapeContext context) =>
        Rules.TryGetValue(context.Node.Operator, out var rule) ? rule(context) : throw context.Wrong("this operator is not known here");

    /// <summary>The types of all tensors of a graph that can be inferred, whatever faults it has.</summary>
    public static Dictionary<string, TensorType> InferAll(Graph graph)
    {
        var types = new Dictionary<string, TensorType>(StringComparer.Ordinal);
        foreach (var (name, type) in graph.Inputs.Select(input => (input.Name, input.Type)).Concat(graph.Initializers.Values.Select(constant => (constant.Name, constant.Type))))
        {
            types.TryAdd(name, type);
        }

        foreach (var node in graph.Nodes.Where(node => node.Outputs.Count == 1 && node.Inputs.All(input => input.Length == 0 || types.ContainsKey(input))))
        {
            try
            {
                types.TryAdd(node.Outputs[0], Infer(new ShapeContext(node, [.. node.Inputs.Select(types.GetValueOrDefault)], graph.Initializers.GetValueOrDefault)));
            }
            catch (FormatException)
            {
                // A fault of the graph: GraphChecker.Faults tells it, and what depends on this tensor stays without a type.
            }
        }

        return types;
    }

    private static TensorType SameType(ShapeContext context)
    {
        context.Require(context.Input(0).Element == context.Input(1).Element, $"inputs are {context.Input(0)} and {context.Input(1)}");
        return new TensorType(context.Input(0).Element, Broadcast(context, context.Input(0).Shape, context.Input(1).Shape));
    }

    private static TensorType Comparison(ShapeContext context) => new(ElementType.Bool, [.. SameType(context).Shape]);

    private static TensorType Where(ShapeContext context)
    {
        context.Require(context.Input(0).Element == ElementType.Bool, "the condition must be Bool");
        context.Require(context.Input(1).Element == context.Input(2).Element, $"the branches are {context.Input(1)} and {context.Input(2)}");
        var branches = Broadcast(context, context.Input(1).Shape, context.Input(2).Shape);
        return new TensorType(context.Input(1).Element, Broadcast(context, context.Input(0).Shape, branches));
    }

    private static long[] Broadcast(ShapeContext context, IReadOnlyList<long> left, IReadOnlyList<long> right)
    {
        var shape = new long[Math.Max(left.Count, right.Count)];
        for (var i = 1; i <= shape.Length; i++)
        {
            var a = i <= left.Count ? left[^i] : 1;
            var b = i <= right.Count ? right[^i] : 1;
            context.Require(a == b || a == 1 || b == 1, $"shapes [{string.Join(',', left)}] and [{string.Join(',', right)}] do not broadcast");
            shape[^i] = Math.Max(a, b);
        }

        return shape;
    }

    private static TensorType ArgMax(ShapeContext context)
    {
        var shape = context.Input(0).Shape.ToList();
        var axis = context.Axis(context.Node.Attribute("axis", 0L), shape.Count);
        Drop(shape, axis, context.Node.Attribute("keepdims", 1L));
        return new TensorType(ElementType.Int64, [.. shape]);
    }

    private static TensorType ReduceSum(ShapeContext context)
    {
        var shape = context.Input(0).Shape.ToList();
        foreach (var axis in context.Integers(1).Select(axis => context.Axis(axis, shape.Count)).OrderDescending())
        {
            Drop(shape, axis, context.Node.Attribute("keepdims", 1L));
        }

        return new TensorType(context.Input(0).Element, [.. shape]);
    }

    private static void Drop(List<long> shape, int axis, long keep)
    {
        if (keep != 0)
        {
            shape[axis] = 1;
        }
        else
        {
            shape.RemoveAt(axis);
        }
    }

    private static TensorType Concat(ShapeContext context)
    {
        long[] shape = [.. context.Input(0).Shape];
        var axis = context.Axis(context.Node.Attribute("axis", 0L), shape.Length);
        for (var i = 1; i < context.InputCount; i++)
        {
            var other = context.Input(i);
            var fits = other.Element == context.Input(0).Element && other.Rank == shape.Length
                && Enumerable.Range(0, shape.Length).All(d => d == axis || other.Shape[d] == shape[d]);
            context.Require(fits, $"input {i} is {other}, the first is {context.Input(0)}");
            shape[axis] += other.Shape[axis];
        }

        return new TensorType(context.Input(0).Element, shape);
    }

    private static TensorType Conv(ShapeContext context)
    {
        TensorType x = context.Input(0), weight = context.Input(1);
        var groups = context.Node.Attribute("group", 1L);
        context.Require(x.Rank == 4 && weight.Rank == 4, $"only 2-D convolution is known; the input is {x}, the weight {weight}");
        context.Require(weight.Shape[1] * groups == x.Shape[1] && weight.Shape[0] % groups == 0, $"weight {weight} in {groups} groups does not fit input {x}");
        context.Require(!context.Has(2) || context.Input(2).Shape is [var bias] && bias == weight.Shape[0], "the bias does not have one value a channel");
        var (height, width) = Window(context, x, weight.Shape[2], weight.Shape[3]);
        return new TensorType(x.Element, x.Shape[0], weight.Shape[0], height, width);
    }

    private static TensorType Pool(ShapeContext context)
    {
        var x = context.Input(0);
        var kernel = context.Node.Attribute("kernel_shape", Array.Empty<long>());
        context.Require(x.Rank == 4 && kernel.Length == 2, "only 2-D pooling is known");
        context.Require(context.Node.Attribute("ceil_mode", 0L) == 0, "ceil_mode is not known");
        var (height, width) = Window(context, x, kernel[0], kernel[1]);
        return new TensorType(x.Element, x.Shape[0], x.Shape[1], height, width);
    }

    private static (long Height, long Width) Window(ShapeContext context, TensorType x, long kernelHeight, long kernelWidth)
    {
        var pads = context.Node.Attribute("pads", new long[] { 0, 0, 0, 0 });
        var strides = context.Node.Attribute("strides", new long[] { 1, 1 });
        var dilations = context.Node.Attribute("dilations", new long[] { 1, 1 });
        var height = x.Shape[2] + pads[0] + pads[2] - (dilations[0] * (kernelHeight - 1)) - 1;
        var width = x.Shape[3] + pads[1] + pads[3] - (dilations[1] * (kernelWidth - 1)) - 1;
        context.Require(height >= 0 && width >= 0, $"the window {kernelHeight}x{kernelWidth} is larger than input {x}");
        return ((height / strides[0]) + 1, (width / strides[1]) + 1);
    }

    private static TensorType DepthToSpace(ShapeContext context)
    {
        var x = context.Input(0);
        var block = context.Node.Attribute("blocksize", 1L);
        context.Require(x.Rank == 4 && x.Shape[1] % (block * block) == 0, $"input {x} does not split into blocks of {block}");
        return new TensorType(x.Element, x.Shape[0], x.Shape[1] / (block * block), x.Shape[2] * block, x.Shape[3] * block);
    }

    private static TensorType Pad(ShapeContext context)
    {
        var x = context.Input(0);
        var pads = context.Integers(1);
        context.Require(pads.Length == 2 * x.Rank, $"{pads.Length} pads for input {x}");
        return new TensorType(x.Element, [.. x.Shape.Select((size, axis) => size + pads[axis] + pads[axis + x.Rank])]);
    }

    private static TensorType Reshape(ShapeContext context)
    {
        var x = context.Input(0);
        var shape = context.Integers(1);
        for (var d = 0; d < shape.Length; d++)
        {
            shape[d] = shape[d] == 0 ? x.Shape[d] : shape[d];
        }

        var open = Array.IndexOf(shape, -1);
        if (open >= 0)
        {
            shape[open] = 1;
            shape[open] = x.ElementCount / shape.Aggregate((a, b) => a * b);
        }

        var result = new TensorType(x.Element, shape);
        context.Require(result.ElementCount == x.ElementCount, $"{x} does not reshape to {result}");
        return result;
    }

    private static TensorType Resize(ShapeContext context)
    {
        var x = context.Input(0);
        if (context.Has(3))
        {
            return new TensorType(x.Element, context.Integers(3));
        }

        var scales = context.Floats(2);
        context.Require(scales.Length == x.Rank, $"{scales.Length} scales for input {x}");
        return new TensorType(x.Element, [.. x.Shape.Select((size, d) => (long)Math.Floor(size * (double)scales[d]))]);
    }

    private static TensorType Slice(ShapeContext context)
    {
        var x = context.Input(0);
        long[] shape = [.. x.Shape], starts = context.Integers(1), ends = context.Integers(2);
        var axes = context.Has(3) ? context.Integers(3) : [.. Enumerable.Range(0, starts.Length).Select(d => (long)d)];
        var steps = context.Has(4) ? context.Integers(4) : [.. Enumerable.Repeat(1L, starts.Length)];
        for (var i = 0; i < axes.Length; i++)
        {
            var axis = context.Axis(axes[i], x.Rank);
            context.Require(steps[i] > 0, "negative steps are not known");
            var size = x.Shape[axis];
            var start = Math.Clamp(starts[i] < 0 ? starts[i] + size : starts[i], 0, size);
            var end = Math.Clamp(ends[i] < 0 ? ends[i] + size : ends[i], 0, size);
            shape[axis] = Math.Max((end - start + steps[i] - 1) / steps[i], 0);
        }

        return new TensorType(x.Element, shape);
    }

    private static TensorType Transpose(ShapeContext context)
    {
        var x = context.Input(0);
        var order = context.Node.Attribute("perm", Enumerable.Range(0, x.Rank).Reverse().Select(d => (long)d).ToArray());
        context.Require(order.Order().SequenceEqual(Enumerable.Range(0, x.Rank).Select(d => (long)d)), $"perm [{string.Join(',', order)}] does not fit input {x}");
        return new TensorType(x.Element, [.. order.Select(d => x.Shape[(int)d])]);
    }
}
