using TorchSharp.Native;

namespace TorchSharp;

// Activations and dropout.
public static partial class torch
{
    public static partial class nn
    {
        /// <summary>Layers as functions.</summary>
        public static partial class functional
        {
            public static Tensor relu(Tensor x, bool inplace = false) => inplace ? Same(x, Ops.relu_) : x.relu();

            public static Tensor relu6(Tensor x, bool inplace = false) => inplace ? Same(x, Ops.relu6_) : x.relu6();

            public static Tensor leaky_relu(Tensor input, double negative_slope = 0.01, bool inplace = false)
            {
                if (!inplace)
                {
                    return Ops.leaky_relu.Call([input, negative_slope]);
                }
                Ops.leaky_relu_.Run([input, negative_slope]);
                return input.alias();
            }

            public static Tensor sigmoid(Tensor x) => x.sigmoid();

            public static Tensor sigmoid(Tensor x, bool inplace) => inplace ? Same(x, Ops.sigmoid_) : x.sigmoid();

            public static Tensor tanh(Tensor x, bool inplace = false) => inplace ? Same(x, Ops.tanh_) : x.tanh();

            public static Tensor silu(Tensor x, bool inplace = false) => inplace ? Same(x, Ops.silu_) : x.silu();

            public static Tensor gelu(Tensor x) => x.gelu();

            public static Tensor hardswish(Tensor input, bool inplace = false) => inplace ? Same(input, Ops.hardswish_) : input.hardswish();

            public static Tensor hardsigmoid(Tensor input, bool inplace = false) => inplace ? Same(input, Ops.hardsigmoid_) : input.hardsigmoid();

            public static Tensor softplus(Tensor x, double beta = 1, double threshold = 20) => x.softplus(beta, threshold);

            public static Tensor logsigmoid(Tensor x) => x.log_sigmoid();

            public static Tensor softmax(Tensor input, long dim, ScalarType? dtype = null) => input.softmax(dim, dtype);

            public static Tensor log_softmax(Tensor x, long dim) => x.log_softmax(dim);

            public static Tensor dropout(Tensor input, double p = 0.5, bool training = true, bool inplace = false)
            {
                if (!inplace)
                {
                    return Ops.dropout.Call([input, p, training]);
                }
                Ops.dropout_.Run([input, p, training]);
                return input.alias();
            }

            public static Tensor dropout2d(Tensor input, double p = 0.5, bool training = true, bool inplace = false)
            {
                if (!inplace)
                {
                    return Ops.feature_dropout.Call([input, p, training]);
                }
                Ops.feature_dropout_.Run([input, p, training]);
                return input.alias();
            }

            private static Tensor Same(Tensor input, Operator operation)
            {
                operation.Run([input]);
                return input.alias();
            }
        }
    }
}
