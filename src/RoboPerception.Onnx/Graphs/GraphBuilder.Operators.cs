namespace RoboPerception.Onnx;

/// <summary>How <see cref="GraphBuilder.Resize"/> places the samples.</summary>
internal enum ResizeRule
{
    /// <summary>Bilinear, half-pixel centres (PyTorch align_corners=False).</summary>
    LinearHalfPixel,

    /// <summary>Bilinear, corners on corners (PyTorch align_corners=True).</summary>
    LinearAlignCorners,

    /// <summary>Nearest, source = floor(destination * in / out).</summary>
    NearestAsymmetric,
}

/// <content>One method an operator; shapes as in the ONNX operator documentation.</content>
internal sealed partial class GraphBuilder
{
    /// <summary>2-D convolution of (N,C,H,W) with equal padding on all sides.</summary>
    public Value Conv(Value x, Value weight, Value? bias, int padding = 0, int stride = 1, int dilation = 1, int groups = 1) =>
        Conv(x, weight, bias, [padding, padding, padding, padding], [stride, stride], [dilation, dilation], groups);

    /// <summary>2-D convolution of (N,C,H,W). Padding of one side alone becomes a <see cref="Pad"/> before it (see <see cref="PadPass"/>).</summary>
    /// <param name="x">Input.</param>
    /// <param name="weight">(out, in/groups, rows, columns).</param>
    /// <param name="bias">One value an output channel, or null.</param>
    /// <param name="pads">Zeros added at the top, left, bottom, right.</param>
    /// <param name="strides">Step over rows, columns.</param>
    /// <param name="dilations">Distance of weights in rows, columns.</param>
    /// <param name="groups">Groups of channels that do not see each other.</param>
    public Value Conv(Value x, Value weight, Value? bias, long[] pads, long[] strides, long[] dilations, long groups)
    {
        ArgumentNullException.ThrowIfNull(weight);
        ArgumentNullException.ThrowIfNull(pads);
        if (pads[0] != pads[2] || pads[1] != pads[3])
        {
            var padded = Pad(x, pads);
            return Add(
                "Conv",
                bias is null ? [padded, weight] : [padded, weight, bias],
                ("kernel_shape", new[] { weight.Shape[2], weight.Shape[3] }), ("auto_pad", "VALID"), ("strides", strides), ("dilations", dilations), ("group", groups));
        }

        ReadOnlySpan<Value?> inputs = bias is null ? [x, weight] : [x, weight, bias];
        return Add(
            "Conv", inputs, ("kernel_shape", new[] { weight.Shape[2], weight.Shape[3] }), ("pads", pads), ("strides", strides), ("dilations", dilations), ("group", groups));
    }

    /// <summary>Zeros around (N,C,H,W).</summary>
    /// <param name="x">Input.</param>
    /// <param name="pads">Zeros added at the top, left, bottom, right.</param>
    public Value Pad(Value x, long[] pads)
    {
        ArgumentNullException.ThrowIfNull(pads);
        return Add("Pad", [x, Vector([0, 0, pads[0], pads[1], 0, 0, pads[2], pads[3]]), Scalar(0)], ("mode", "constant"));
    }

    /// <summary>Batch normalisation with stored statistics; <see cref="Passes.FoldBatchNorm"/> folds it into a convolution before it.</summary>
    public Value BatchNormalization(Value x, Value scale, Value shift, Value mean, Value variance, float epsilon) =>
        Add("BatchNormalization", [x, scale, shift, mean, variance], ("epsilon", epsilon));

    /// <summary>Maximum over windows without padding.</summary>
    public Value MaxPool(Value x, int size, int stride) =>
        Add("MaxPool", [x], ("kernel_shape", new long[] { size, size }), ("strides", new long[] { stride, stride }));

    /// <summary>Maximum over windows with equal padding on all sides; padding never wins.</summary>
    public Value MaxPool(Value x, int size, int stride, int padding) => Add(
        "MaxPool", [x], ("kernel_shape", new long[] { size, size }), ("pads", new long[] { padding, padding, padding, padding }), ("strides", new long[] { stride, stride }));

    /// <summary>Mean over windows without padding.</summary>
    public Value AveragePool(Value x, int size, int stride) =>
        Add("AveragePool", [x], ("kernel_shape", new long[] { size, size }), ("strides", new long[] { stride, stride }));

    /// <summary>max(x, 0).</summary>
    public Value Relu(Value x) => Add("Relu", [x]);

    /// <summary>1 / (1 + exp(-x)).</summary>
    public Value Sigmoid(Value x) => Add("Sigmoid", [x]);

    /// <summary>Softmax along an axis.</summary>
    public Value Softmax(Value x, int axis) => Add("Softmax", [x], ("axis", (long)axis));

    /// <summary>e to the power of x.</summary>
    public Value Exp(Value x) => Add("Exp", [x]);

    /// <summary>Square root.</summary>
    public Value Sqrt(Value x) => Add("Sqrt", [x]);

    /// <summary>Limits values to a range; null leaves a side open.</summary>
    public Value Clip(Value x, float? minimum, float? maximum) => Add("Clip", [x, Scalar(minimum), Scalar(maximum)]);

    /// <summary>Sum, broadcast.</summary>
    public Value Add(Value left, Value right) => Add("Add", [left, right]);

    /// <summary>Difference, broadcast.</summary>
    public Value Sub(Value left, Value right) => Add("Sub", [left, right]);

    /// <summary>Product, broadcast.</summary>
    public Value Mul(Value left, Value right) => Add("Mul", [left, right]);

    /// <summary>Quotient, broadcast.</summary>
    public Value Div(Value left, Value right) => Add("Div", [left, right]);

    /// <summary>left = right, broadcast.</summary>
    public Value Equal(Value left, Value right) => Add("Equal", [left, right]);

    /// <summary>left &gt; right, broadcast.</summary>
    public Value Greater(Value left, Value right) => Add("Greater", [left, right]);

    /// <summary>left &lt; right, broadcast.</summary>
    public Value Less(Value left, Value right) => Add("Less", [left, right]);

    /// <summary>Both, broadcast.</summary>
    public Value And(Value left, Value right) => Add("And", [left, right]);

    /// <summary>The opposite.</summary>
    public Value Not(Value x) => Add("Not", [x]);

    /// <summary>Where the condition holds the second, elsewhere the third.</summary>
    public Value Where(Value condition, Value yes, Value no) => Add("Where", [condition, yes, no]);

    /// <summary>Joins along an axis.</summary>
    public Value Concat(int axis, params ReadOnlySpan<Value> values) => Add("Concat", values.ToArray(), ("axis", (long)axis));

    /// <summary>Part of a tensor along some axes.</summary>
    public Value Slice(Value x, ReadOnlySpan<long> starts, ReadOnlySpan<long> ends, ReadOnlySpan<long> axes, ReadOnlySpan<long> steps) =>
        Add("Slice", [x, Vector(starts), Vector(ends), Vector(axes), Vector(steps)]);

    /// <summary>The same elements in another shape; -1 is computed, 0 keeps a dimension.</summary>
    public Value Reshape(Value x, params ReadOnlySpan<long> shape) => Add("Reshape", [x, Vector(shape)]);

    /// <summary>Another order of the axes.</summary>
    public Value Transpose(Value x, params ReadOnlySpan<long> order) => Add("Transpose", [x], ("perm", order.ToArray()));

    /// <summary>Blocks of channels become blocks of pixels: (N, b*b*C, H, W) to (N, C, bH, bW), block place first in the channel number.</summary>
    public Value DepthToSpace(Value x, int block) => Add("DepthToSpace", [x], ("blocksize", (long)block), ("mode", "DCR"));

    /// <summary>Another element type.</summary>
    public Value Cast(Value x, ElementType to) => Add("Cast", [x], ("to", (long)to));

    /// <summary>Place of the first maximum along an axis, which is dropped.</summary>
    public Value ArgMax(Value x, int axis) => Add("ArgMax", [x], ("axis", (long)axis), ("keepdims", 0L));

    /// <summary>Sum along an axis.</summary>
    public Value ReduceSum(Value x, int axis, bool keep) => Add("ReduceSum", [x, Vector([axis])], ("keepdims", keep ? 1L : 0L));

    /// <summary>Resizes (N,C,H,W) to the given rows and columns.</summary>
    public Value Resize(Value x, long height, long width, ResizeRule rule)
    {
        ArgumentNullException.ThrowIfNull(x);
        var sizes = Vector([x.Shape[0], x.Shape[1], height, width]);
        return rule == ResizeRule.NearestAsymmetric
            ? Add("Resize", [x, null, null, sizes], ("mode", "nearest"), ("coordinate_transformation_mode", "asymmetric"), ("nearest_mode", "floor"))
            : Add("Resize", [x, null, null, sizes], ("mode", "linear"), ("coordinate_transformation_mode", rule == ResizeRule.LinearAlignCorners ? "align_corners" : "half_pixel"));
    }

    private Value Vector(ReadOnlySpan<long> values) => Constant(values, values.Length);

    private Value? Scalar(float? value) => value is { } number ? Constant([number], []) : null;
}
