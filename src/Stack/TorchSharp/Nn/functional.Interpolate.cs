using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            /// <summary>Resizes the spatial dimensions to size, or by scale_factor per dimension (one factor serves all).</summary>
            public static Tensor interpolate(Tensor x, long[]? size = null, double[]? scale_factor = null, InterpolationMode mode = InterpolationMode.Nearest, bool? align_corners = null, bool recompute_scale_factor = false, bool antialias = false)
            {
                ArgumentNullException.ThrowIfNull(x);
                int spatial = (int)x.dim() - 2;
                if ((size is null) == (scale_factor is null))
                {
                    throw new ArgumentException("Exactly one of size and scale_factor must be given.");
                }
                bool corners = align_corners ?? false;
                if (corners && mode is (InterpolationMode.Nearest or InterpolationMode.Area or InterpolationMode.NearestExact))
                {
                    throw new ArgumentException("align_corners can only be set with the modes Linear, Bilinear, Bicubic and Trilinear.", nameof(align_corners));
                }
                long[]? sizes = Spread(size, spatial, nameof(size));
                double[]? factors = Spread(scale_factor, spatial, nameof(scale_factor));
                if (factors is not null && (recompute_scale_factor || mode == InterpolationMode.Area))
                {
                    long[] shape = x.shape;
                    sizes = new long[spatial];
                    for (int i = 0; i < spatial; i++)
                    {
                        sizes[i] = (long)Math.Floor(shape[i + 2] * factors[i]);
                    }
                    factors = null;
                }
                return (mode, spatial, antialias) switch
                {
                    (InterpolationMode.Nearest, 1, false) => Ops.upsample_nearest1d_vec.Call([x, sizes, factors]),
                    (InterpolationMode.Nearest, 2, false) => Ops.upsample_nearest2d_vec.Call([x, sizes, factors]),
                    (InterpolationMode.Nearest, 3, false) => Ops.upsample_nearest3d_vec.Call([x, sizes, factors]),
                    (InterpolationMode.NearestExact, 2, false) => Ops._upsample_nearest_exact2d_vec.Call([x, sizes, factors]),
                    (InterpolationMode.Linear, 1, false) => Ops.upsample_linear1d_vec.Call([x, sizes, corners, factors]),
                    (InterpolationMode.Bilinear, 2, false) => Ops.upsample_bilinear2d_vec.Call([x, sizes, corners, factors]),
                    (InterpolationMode.Bilinear, 2, true) => Ops._upsample_bilinear2d_aa_vec.Call([x, sizes, corners, factors]),
                    (InterpolationMode.Bicubic, 2, false) => Ops.upsample_bicubic2d_vec.Call([x, sizes, corners, factors]),
                    (InterpolationMode.Bicubic, 2, true) => Ops._upsample_bicubic2d_aa_vec.Call([x, sizes, corners, factors]),
                    (InterpolationMode.Trilinear, 3, false) => Ops.upsample_trilinear3d_vec.Call([x, sizes, corners, factors]),
                    (InterpolationMode.Area, 2, false) => Ops.adaptive_avg_pool2d.Call([x, sizes]),
                    _ => throw new ArgumentException($"Interpolation mode {mode}{(antialias ? " with antialias" : "")} does not apply to {spatial} spatial dimensions."),
                };
            }

            private static T[]? Spread<T>(T[]? values, int count, string name)
            {
                if (values is null || values.Length == count)
                {
                    return values;
                }
                if (values.Length != 1)
                {
                    throw new ArgumentException($"{name} must have 1 or {count} values, it has {values.Length}.", name);
                }
                return Enumerable.Repeat(values[0], count).ToArray();
            }
        }
    }
}
