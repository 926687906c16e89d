using TorchSharp.Native;

namespace TorchSharp;

// Views, shapes, joining and splitting.
public static partial class torch
{
    public partial class Tensor
    {
        public Tensor view(params long[] shape) => Ops.view.Call([this, shape]);

        public Tensor view_as(Tensor other) => Ops.view_as.Call([this, other]);

        public Tensor reshape(params long[] shape) => Ops.reshape.Call([this, shape]);

        public Tensor flatten(long start_dim = 0, long end_dim = -1) => Ops.flatten_using_ints.Call([this, start_dim, end_dim]);

        public Tensor unflatten(long dim, params long[] sizes) => Ops.unflatten_int.Call([this, dim, sizes]);

        public Tensor squeeze(long? dim = null) => dim is long d ? Ops.squeeze_dim.Call([this, d]) : Ops.squeeze.Call([this]);

        public Tensor unsqueeze(long dim) => Ops.unsqueeze.Call([this, dim]);
        public Tensor unsqueeze_(long dim) => InPlace(Ops.unsqueeze_, [this, dim]);

        public Tensor transpose(long dim0, long dim1) => Ops.transpose_int.Call([this, dim0, dim1]);

        public Tensor t() => Ops.t.Call([this]);

        public Tensor permute(params long[] permutation) => Ops.permute.Call([this, permutation]);
        public Tensor permute(IEnumerable<long> permutation) => permute(permutation.ToArray());

        public Tensor movedim(long[] source, long[] destination) => Ops.movedim_intlist.Call([this, source, destination]);

        public Tensor expand(long[] sizes, bool isImplicit = false) => Ops.expand.Call([this, sizes, isImplicit]);
        public Tensor expand(ReadOnlySpan<long> sizes, bool isImplicit = false) => Ops.expand.Call([this, sizes, isImplicit]);
        public Tensor expand(params long[] sizes) => Ops.expand.Call([this, sizes]);

        public Tensor expand_as(Tensor other) => Ops.expand_as.Call([this, other]);

        public Tensor broadcast_to(params long[] shape) => Ops.broadcast_to.Call([this, shape]);

        public Tensor repeat(params long[] sizes) => Ops.repeat.Call([this, sizes]);

        public Tensor repeat_interleave(long repeats, long? dim = null, long? output_size = null) =>
            Ops.repeat_interleave_self_int.Call([this, repeats, dim, output_size]);

        public Tensor tile(long[] reps) => Ops.tile.Call([this, reps]);

        public Tensor narrow(long dim, long start, long length) => Ops.narrow.Call([this, dim, start, length]);

        public Tensor slice(long dim, long start, long finish, long step) => Ops.slice_Tensor.Call([this, dim, start, finish, step]);

        public Tensor select(long dim, long index) => Ops.select_int.Call([this, dim, index]);

        public Tensor flip(params long[] dims) => Ops.flip.Call([this, dims]);

        public Tensor fliplr() => Ops.fliplr.Call([this]);

        public Tensor flipud() => Ops.flipud.Call([this]);

        public Tensor roll(long[] shifts, long[] dims) => Ops.roll.Call([this, shifts, dims]);

        public Tensor rot90(long k = 1, (long, long)? dims = null) => Ops.rot90.Call([this, k, dims is (long a, long b) ? Arg.Ints(a, b) : Arg.Ints(0, 1)]);

        public Tensor[] chunk(long chunks, long dim = 0) => Ops.chunk.CallList([this, chunks, dim]);

        public Tensor[] split(long size, int dim = 0) => Ops.split_Tensor.CallList([this, size, dim]);
        public Tensor[] split(long[] sizes, long dim = 0) => Ops.split_with_sizes.CallList([this, sizes, dim]);

        public Tensor[] unbind(long dimension = 0) => Ops.unbind_int.CallList([this, dimension]);

        public Tensor unfold(long dimension, long size, long step) => Ops.unfold.Call([this, dimension, size, step]);

        public Tensor contiguous() => Ops.contiguous.Call([this]);

        public Tensor clone() => Ops.clone.Call([this]);

        public Tensor detach() => Ops.detach.Call([this]);
        public Tensor detach_() => InPlace(Ops.detach_, [this]);

        public Tensor alias() => Ops.alias.Call([this]);

        public Tensor as_strided(long[] size, long[] strides, long storageOffset = 0) => Ops.as_strided.Call([this, size, strides, storageOffset]);

        public Tensor tril(long diagonal = 0) => Ops.tril.Call([this, diagonal]);

        public Tensor triu(long diagonal = 0) => Ops.triu.Call([this, diagonal]);

        public Tensor diag(long diagonal = 0) => Ops.diag.Call([this, diagonal]);

        public Tensor diagonal(long offset = 0, long dim1 = 0, long dim2 = 1) => Ops.diagonal.Call([this, offset, dim1, dim2]);

        public Tensor pin_memory() => Ops.pin_memory.Call([this]);
    }
}
