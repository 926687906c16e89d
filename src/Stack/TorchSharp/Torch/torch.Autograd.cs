using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>Gradients of several tensors at once.</summary>
    public static class autograd
    {
        public static unsafe IList<Tensor> grad(IList<Tensor> outputs, IList<Tensor> inputs, IList<Tensor>? grad_outputs = null, bool retain_graph = false, bool create_graph = false, bool allow_unused = false)
        {
            nint[] from = Handles(outputs);
            nint[] to = Handles(inputs);
            nint[] seeds = Handles(grad_outputs ?? []);
            nint[] found = new nint[to.Length];
            fixed (nint* outputsAt = from, inputsAt = to, seedsAt = seeds, foundAt = found)
            {
                Library.Check(Library.rp_grad(
                    outputsAt, from.Length, inputsAt, to.Length, seedsAt, seeds.Length, retain_graph || create_graph ? 1 : 0, create_graph ? 1 : 0, allow_unused ? 1 : 0, foundAt));
            }
            GC.KeepAlive(outputs);
            GC.KeepAlive(inputs);
            GC.KeepAlive(grad_outputs);
            return Array.ConvertAll(found, handle => new Tensor(handle));
        }

        public static void backward(IList<Tensor> tensors, IList<Tensor>? grad_tensors = null, bool? retain_graph = null, bool create_graph = false, IList<Tensor>? inputs = null) =>
            Backward(tensors, grad_tensors ?? [], retain_graph, create_graph, inputs ?? []);

        public static void backward(Tensor tensor, IList<Tensor>? grad_tensors = null, bool? retain_graph = null, bool create_graph = false, IList<Tensor>? inputs = null) =>
            Backward([tensor], grad_tensors ?? [], retain_graph, create_graph, inputs ?? []);

        public static void backward(Tensor tensor, Tensor grad_tensor, bool? retain_graph = null, bool create_graph = false, IList<Tensor>? inputs = null) =>
            Backward([tensor], [grad_tensor], retain_graph, create_graph, inputs ?? []);

        internal static unsafe void Backward(IList<Tensor> tensors, IList<Tensor> gradients, bool? retainGraph, bool createGraph, IList<Tensor> inputs)
        {
            nint[] from = Handles(tensors);
            nint[] seeds = Handles(gradients);
            nint[] to = Handles(inputs);
            fixed (nint* tensorsAt = from, seedsAt = seeds, inputsAt = to)
            {
                Library.Check(Library.rp_backward(
                    tensorsAt, from.Length, seedsAt, seeds.Length, (retainGraph ?? createGraph) ? 1 : 0, createGraph ? 1 : 0, inputsAt, to.Length));
            }
            GC.KeepAlive(tensors);
            GC.KeepAlive(gradients);
            GC.KeepAlive(inputs);
        }

        private static nint[] Handles(IList<Tensor> tensors)
        {
            nint[] handles = new nint[tensors.Count];
            for (int i = 0; i < handles.Length; i++)
            {
                handles[i] = tensors[i].Handle;
            }
            return handles;
        }
    }
}
