using TorchSharp.Native;

namespace TorchSharp.Modules;

// The update that Adam and AdamW share, over lists of tensors.
internal static class AdamMath
{
    internal static void Require(double lr, double beta1, double beta2, double eps, double weightDecay)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(lr);
        ArgumentOutOfRangeException.ThrowIfNegative(eps);
        ArgumentOutOfRangeException.ThrowIfNegative(weightDecay);
        if (beta1 is < 0 or >= 1)
        {
            throw new ArgumentException($"Invalid beta1 value: {beta1}.");
        }
        if (beta2 is < 0 or >= 1)
        {
            throw new ArgumentException($"Invalid beta2 value: {beta2}.");
        }
    }

    internal static void Update(
        torch.Tensor[] weights, torch.Tensor[] gradients, torch.Tensor[] means, torch.Tensor[] squares, torch.Tensor[]? peaks,
        long step, double rate, double beta1, double beta2, double eps)
    {
        double correction1 = 1 - Math.Pow(beta1, step);
        double correction2 = Math.Sqrt(1 - Math.Pow(beta2, step));
        Ops._foreach_mul__Scalar.Run([means, beta1]);
        Ops._foreach_add__List.Run([means, gradients, 1 - beta1]);
        Ops._foreach_mul__Scalar.Run([squares, beta2]);
        Ops._foreach_addcmul__Scalar.Run([squares, gradients, gradients, 1 - beta2]);
        torch.Tensor[] second = squares;
        if (peaks is not null)
        {
            for (int i = 0; i < peaks.Length; i++)
            {
                using torch.Tensor larger = peaks[i].maximum(squares[i]);
                peaks[i].copy_(larger);
            }
            second = peaks;
        }
        // m / (sqrt(v) / c2 + eps) = c2 * m / (sqrt(v) + c2 * eps): one pass over memory less.
        torch.Tensor[] denominators = Ops._foreach_sqrt.CallList([second]);
        Ops._foreach_add__Scalar.Run([denominators, eps * correction2]);
        Ops._foreach_addcdiv__Scalar.Run([weights, means, denominators, -rate * correction2 / correction1]);
    }
}
