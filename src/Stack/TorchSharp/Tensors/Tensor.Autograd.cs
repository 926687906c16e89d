using System.Diagnostics.CodeAnalysis;
using TorchSharp.Native;

namespace TorchSharp;

// Gradients of a tensor.
public static partial class torch
{
    public partial class Tensor
    {
        public bool requires_grad
        {
            get => Get(4) != 0;
            set
            {
                Library.Check(Library.rp_tensor_set_requires_grad(Handle, value ? 1 : 0));
                GC.KeepAlive(this);
            }
        }

        /// <summary>The accumulated gradient, null before the first backward.</summary>
        [MaybeNull]
        public Tensor grad
        {
            get
            {
                Library.Check(Library.rp_tensor_grad(Handle, out nint gradient));
                GC.KeepAlive(this);
                return gradient == 0 ? null : new Tensor(gradient);
            }

            set
            {
                Library.Check(Library.rp_tensor_set_grad(Handle, value is null ? 0 : value.Handle));
                GC.KeepAlive(this);
                GC.KeepAlive(value);
            }
        }

        public Tensor requires_grad_(bool requires_grad = true)
        {
            this.requires_grad = requires_grad;
            return this;
        }

        public Tensor with_requires_grad(bool requires_grad = true) => requires_grad_(requires_grad);

        public void retain_grad()
        {
            Library.Check(Library.rp_tensor_retain_grad(Handle));
            GC.KeepAlive(this);
        }

        public void backward() => autograd.Backward([this], [], null, false, []);

        public void backward(IList<Tensor>? grad_tensors = null, bool retain_graph = false, bool create_graph = false, IList<Tensor>? inputs = null) =>
            autograd.Backward([this], grad_tensors ?? [], retain_graph, create_graph, inputs ?? []);
    }
}
