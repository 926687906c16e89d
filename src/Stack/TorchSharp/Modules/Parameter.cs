namespace TorchSharp.Modules;

/// <summary>A tensor that a module trains. It takes over the reference of the tensor it is made from.</summary>
public sealed class Parameter : torch.Tensor
{
    public Parameter(torch.Tensor data, bool requires_grad = true)
        : base(Take(data, requires_grad))
    {
    }

    private static nint Take(torch.Tensor data, bool requiresGrad)
    {
        if (!data.is_leaf)
        {
            using torch.Tensor detached = data.detach();
            data.Dispose();
            return detached.with_requires_grad(requiresGrad).DecoupleFromNativeHandle();
        }
        return data.with_requires_grad(requiresGrad).DecoupleFromNativeHandle();
    }
}
