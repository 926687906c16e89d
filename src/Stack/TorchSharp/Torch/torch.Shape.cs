using TorchSharp.Native;

namespace TorchSharp;

// Views, shapes, joining and splitting.
public static partial class torch
{
    public static Tensor squeeze(Tensor input, long? dim = null) => input.squeeze(dim);

    public static Tensor unsqueeze(Tensor input, long dim) => input.unsqueeze(dim);

    public static Tensor flip(Tensor input, params long[] dims) => input.flip(dims);

    public static Tensor reshape(Tensor input, params long[] shape) => input.reshape(shape);

    public static Tensor permute(Tensor input, params long[] permutation) => input.permute(permutation);

    public static Tensor transpose(Tensor input, long dim0, long dim1) => input.transpose(dim0, dim1);

    public static Tensor cat(IList<Tensor> tensors, long dim = 0) => Ops.cat.Call([Arg.List(tensors), dim]);
    public static Tensor cat(Tensor[] tensors, long dim = 0) => Ops.cat.Call([tensors, dim]);

    public static Tensor stack(IEnumerable<Tensor> tensors, long dim = 0) => Ops.stack.Call([Arg.List(tensors), dim]);

    public static Tensor vstack(IList<Tensor> tensors) => Ops.vstack.Call([Arg.List(tensors)]);
    public static Tensor vstack(Tensor[] tensors) => Ops.vstack.Call([tensors]);

    public static Tensor hstack(IList<Tensor> tensors) => Ops.hstack.Call([Arg.List(tensors)]);
    public static Tensor hstack(params Tensor[] tensors) => Ops.hstack.Call([tensors]);

    public static Tensor[] chunk(Tensor input, long chunks, long dim = 0) => input.chunk(chunks, dim);

    public static Tensor[] meshgrid(IEnumerable<Tensor> tensors, string indexing = "ij") => Ops.meshgrid_indexing.CallList([Arg.List(tensors), indexing]);

    public static Tensor einsum(string equation, params Tensor[] tensors) => Ops.einsum.Call([equation, tensors]);

    public static Tensor clone(Tensor input) => input.clone();
}
