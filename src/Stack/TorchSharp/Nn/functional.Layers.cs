using TorchSharp.Native;

namespace TorchSharp;

// Convolution, normalisation, pooling and resampling.
public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            private static readonly long[] s_zeroPair = [0, 0];
            private static readonly long[] s_onePair = [1, 1];

            public static Tensor conv2d(Tensor input, Tensor weight, Tensor? bias = null, long[]? strides = null, long[]? padding = null, long[]? dilation = null, long groups = 1) =>
                Ops.conv2d.Call([input, weight, bias, strides ?? s_onePair, padding ?? s_zeroPair, dilation ?? s_onePair, groups]);

            public static Tensor conv2d_padding(Tensor input, Tensor weight, Tensor? bias = null, long[]? strides = null, Padding padding = Padding.Valid, long[]? dilation = null, long groups = 1) =>
                Ops.conv2d_padding.Call([input, weight, bias, strides ?? s_onePair, padding == Padding.Same ? "same" : "valid", dilation ?? s_onePair, groups]);

            public static Tensor conv_transpose2d(Tensor input, Tensor weight, Tensor? bias = null, long[]? strides = null, long[]? padding = null, long[]? output_padding = null, long[]? dilation = null, long groups = 1) =>
                Ops.conv_transpose2d_input.Call([input, weight, bias, strides ?? s_onePair, padding ?? s_zeroPair, output_padding ?? s_zeroPair, groups, dilation ?? s_onePair]);

            public static Tensor linear(Tensor input, Tensor weights, Tensor? bias = null) => Ops.linear.Call([input, weights, bias]);

            public static Tensor batch_norm(Tensor input, Tensor? running_mean, Tensor? running_var, Tensor? weight = null, Tensor? bias = null, bool training = false, double momentum = 0.1, double eps = 1E-05) =>
                Ops.batch_norm.Call([input, weight, bias, running_mean, running_var, training, momentum, eps, true]);

            public static Tensor group_norm(Tensor input, long num_groups, Tensor? weight = null, Tensor? bias = null, double eps = 1E-05) =>
                Ops.group_norm.Call([input, num_groups, weight, bias, eps]);

            public static Tensor layer_norm(Tensor input, long[] normalized_shape, Tensor? weight = null, Tensor? bias = null, double eps = 1E-05) =>
                Ops.layer_norm.Call([input, normalized_shape, weight, bias, eps]);

            /// <summary>input / max(norm, eps) along dim.</summary>
            public static Tensor normalize(Tensor input, double p = 2, long dim = 1, double eps = 1E-12)
            {
                using DisposeScope scope = NewDisposeScope();
                Tensor length = Ops.norm_ScalarOpt_dim.Call([input, p, Arg.Ints(dim), true]).clamp_min(eps);
                return scope.MoveToOuter(input / length.expand_as(input));
            }

            public static Tensor cosine_similarity(Tensor x1, Tensor x2, long dim = 1, double eps = 1E-08) => Ops.cosine_similarity.Call([x1, x2, dim, eps]);

            public static Tensor one_hot(Tensor x, long num_classes = -1) => Ops.one_hot.Call([x, num_classes]);

            public static Tensor max_pool2d(Tensor input, long[] kernel_size, long[]? strides = null, long[]? padding = null, long[]? dilation = null, bool ceil_mode = false) =>
                Ops.max_pool2d.Call([input, kernel_size, strides ?? kernel_size, padding ?? s_zeroPair, dilation ?? s_onePair, ceil_mode]);

            public static Tensor max_pool2d(Tensor input, long kernel_size, long? stride = null, long? padding = null, long? dilation = null, bool ceil_mode = false) =>
                max_pool2d(input, Pair(kernel_size), Pair(stride), Pair(padding), Pair(dilation), ceil_mode);

            public static Tensor max_pool2d(Tensor input, (long, long) kernel_size, (long, long)? stride = null, (long, long)? padding = null, (long, long)? dilation = null, bool ceil_mode = false) =>
                max_pool2d(input, Pair(kernel_size), Pair(stride), Pair(padding), Pair(dilation), ceil_mode);

            public static (Tensor output, Tensor indices) max_pool2d_with_indices(Tensor input, long[] kernel_size, long[]? strides = null, long[]? padding = null, long[]? dilation = null, bool ceil_mode = false) =>
                Ops.max_pool2d_with_indices.CallTwo([input, kernel_size, strides ?? kernel_size, padding ?? s_zeroPair, dilation ?? s_onePair, ceil_mode]);

            /// <summary>output_size is the full shape (N,C,H,W); without it the smallest size that pools to the input.</summary>
            public static Tensor max_unpool2d(Tensor input, Tensor indices, long[] kernel_size, long[]? stride = null, long[]? padding = null, long[]? output_size = null)
            {
                if (output_size is not null && output_size.Length != input.dim())
                {
                    throw new ArgumentException($"output_size must be the full shape of {input.dim()} dimensions, it has {output_size.Length}.", nameof(output_size));
                }
                return Ops.max_unpool2d.Call([input, indices, output_size is null ? Unpooled(input, kernel_size, stride ?? kernel_size, padding ?? s_zeroPair) : output_size[^2..]]);
            }

            public static Tensor avg_pool2d(Tensor input, long[] kernel_size, long[]? stride = null, long[]? padding = null, bool ceil_mode = false, bool count_include_pad = true, long? divisor_override = null) =>
                Ops.avg_pool2d.Call([input, kernel_size, stride ?? kernel_size, padding ?? s_zeroPair, ceil_mode, count_include_pad, divisor_override]);

            public static Tensor avg_pool2d(Tensor input, long kernel_size, long? stride = null, long padding = 0, bool ceil_mode = false, bool count_include_pad = true, long? divisor_override = null) =>
                avg_pool2d(input, Pair(kernel_size), Pair(stride), Pair(padding), ceil_mode, count_include_pad, divisor_override);

            public static Tensor adaptive_avg_pool2d(Tensor input, long[] output_size) => Ops.adaptive_avg_pool2d.Call([input, output_size]);

            public static Tensor adaptive_avg_pool2d(Tensor input, (long, long) output_size) => adaptive_avg_pool2d(input, Pair(output_size));

            public static Tensor adaptive_avg_pool2d(Tensor input, long output_size) => adaptive_avg_pool2d(input, Pair(output_size));

            public static Tensor pixel_shuffle(Tensor input, long upscale_factor) => Ops.pixel_shuffle.Call([input, upscale_factor]);

            public static Tensor pixel_unshuffle(Tensor input, long downscale_factor) => Ops.pixel_unshuffle.Call([input, downscale_factor]);

            /// <summary>Pads the last dimensions: (left, right[, top, bottom[, ...]]).</summary>
            public static Tensor pad(Tensor input, long[] pad, PaddingModes mode = PaddingModes.Constant, double value = 0) => (mode, pad.Length) switch
            {
                (PaddingModes.Constant or PaddingModes.Zeros, _) => Ops.constant_pad_nd.Call([input, pad, value]),
                (PaddingModes.Reflect, 2) => Ops.reflection_pad1d.Call([input, pad]),
                (PaddingModes.Reflect, 4) => Ops.reflection_pad2d.Call([input, pad]),
                (PaddingModes.Replicate, 2) => Ops.replication_pad1d.Call([input, pad]),
                (PaddingModes.Replicate, 4) => Ops.replication_pad2d.Call([input, pad]),
                _ => throw new NotSupportedException($"Padding mode {mode} of {pad.Length / 2} dimensions is not supported by this binding."),
            };

            public static Tensor pad(Tensor input, (long, long) pad, PaddingModes mode = PaddingModes.Constant, double value = 0) =>
                functional.pad(input, Pair(pad), mode, value);

            public static Tensor pad(Tensor input, (long, long, long, long) pad, PaddingModes mode = PaddingModes.Constant, double value = 0) =>
                functional.pad(input, [pad.Item1, pad.Item2, pad.Item3, pad.Item4], mode, value);

            public static Tensor pad(Tensor input, long pad, PaddingModes mode = PaddingModes.Constant, double value = 0) =>
                functional.pad(input, Pair(pad), mode, value);

            /// <summary>Samples (N,C,H,W) at grid (N,H',W',2) in -1..1, x first.</summary>
            public static Tensor grid_sample(Tensor input, Tensor grid, GridSampleMode mode = GridSampleMode.Bilinear, GridSamplePaddingMode padding_mode = GridSamplePaddingMode.Zeros, bool? align_corners = null)
            {
                long interpolation = mode == GridSampleMode.Bilinear ? 0 : 1;
                long outside = padding_mode switch { GridSamplePaddingMode.Border => 1, GridSamplePaddingMode.Reflection => 2, _ => 0 };
                return Ops.grid_sampler.Call([input, grid, interpolation, outside, align_corners ?? false]);
            }

            public static Tensor affine_grid(Tensor theta, long[]? size = null, bool align_corners = false) =>
                Ops.affine_grid_generator.Call([theta, size ?? throw new ArgumentNullException(nameof(size)), align_corners]);

            private static long[] Unpooled(Tensor input, long[] kernel, long[] stride, long[] padding)
            {
                long[] shape = input.shape;
                return
                [
                    ((shape[^2] - 1) * stride[0]) + kernel[0] - (2 * padding[0]),
                    ((shape[^1] - 1) * stride[1]) + kernel[1] - (2 * padding[1]),
                ];
            }
        }
    }
}
