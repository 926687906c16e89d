using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>Gradient clipping and parameter vectors.</summary>
        public static class utils
        {
            /// <summary>Scales all gradients so that their common norm is at most max_norm; returns the norm before.</summary>
            public static double clip_grad_norm_(IEnumerable<Parameter> tensors, double max_norm, double norm_type = 2)
            {
                using IDisposable mode = no_grad();
                using DisposeScope scope = NewDisposeScope();
                Tensor[] gradients = Gradients.Get(tensors.ToArray()).OfType<Tensor>().ToArray();
                if (gradients.Length == 0)
                {
                    return 0;
                }
                double total = double.IsPositiveInfinity(norm_type)
                    ? gradients.Max(gradient => gradient.abs().max().ToDouble())
                    : stack(Native.Ops._foreach_norm_Scalar.CallList([gradients, norm_type])).norm((float)norm_type).ToDouble();
                double factor = max_norm / (total + 1e-6);
                if (factor < 1)
                {
                    Native.Ops._foreach_mul__Scalar.Run([gradients, factor]);
                }
                return total;
            }

            public static void clip_grad_value_(IEnumerable<Parameter> tensors, double clip_value)
            {
                using IDisposable mode = no_grad();
                using DisposeScope scope = NewDisposeScope();
                foreach (Tensor gradient in Gradients.Get(tensors.ToArray()).OfType<Tensor>())
                {
                    gradient.clamp_(-clip_value, clip_value);
                }
            }

            public static Tensor parameters_to_vector(IEnumerable<Parameter> tensors)
            {
                using DisposeScope scope = NewDisposeScope();
                return scope.MoveToOuter(cat(tensors.Select(parameter => parameter.reshape(-1)).ToArray()));
            }

            public static void vector_to_parameters(Tensor vec, IEnumerable<Parameter> tensors)
            {
                using IDisposable mode = no_grad();
                using DisposeScope scope = NewDisposeScope();
                long offset = 0;
                foreach (Parameter parameter in tensors)
                {
                    parameter.copy_(vec.narrow(0, offset, parameter.numel()).view(parameter.shape));
                    offset += parameter.numel();
                }
            }
        }
    }
}
