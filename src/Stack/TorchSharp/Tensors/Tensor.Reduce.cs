using TorchSharp.Native;

namespace TorchSharp;

// Reductions, statistics and sorting.
public static partial class torch
{
    public partial class Tensor
    {
        public Tensor sum(ScalarType? type = null) => Ops.sum.Call([this, type]);
        public Tensor sum(long[] dim, bool keepdim = false, ScalarType? type = null) => Ops.sum_dim_IntList.Call([this, dim, keepdim, type]);
        public Tensor sum(ReadOnlySpan<long> dim, bool keepdim = false, ScalarType? type = null) => Ops.sum_dim_IntList.Call([this, dim, keepdim, type]);
        public Tensor sum(long dim, bool keepdim = false, ScalarType? type = null) => Ops.sum_dim_IntList.Call([this, Arg.Ints(dim), keepdim, type]);
        public Tensor sum(long dim0, long dim1, bool keepdim = false, ScalarType? type = null) =>
            Ops.sum_dim_IntList.Call([this, Arg.Ints(dim0, dim1), keepdim, type]);
        public Tensor sum(long dim0, long dim1, long dim2, bool keepdim = false, ScalarType? type = null) =>
            Ops.sum_dim_IntList.Call([this, Arg.Ints(dim0, dim1, dim2), keepdim, type]);

        public Tensor mean() => Ops.mean.Call([this]);
        public Tensor mean(long[] dimensions, bool keepdim = false, ScalarType? type = null) => Ops.mean_dim.Call([this, dimensions, keepdim, type]);

        public Tensor prod(ScalarType? type = null) => Ops.prod.Call([this, type]);
        public Tensor prod(long dim, bool keepdim = false, ScalarType? type = null) => Ops.prod_dim_int.Call([this, dim, keepdim, type]);

        public Tensor nansum() => Ops.nansum.Call([this]);

        public Tensor nanmean(int? dim = null, bool keepdim = false, ScalarType? dtype = null) =>
            Ops.nanmean.Call([this, Arg.OptionalInts(dim), keepdim, dtype]);

        public Tensor max() => Ops.max.Call([this]);
        public Tensor max(Tensor other) => Ops.max_other.Call([this, other]);
        public (Tensor, Tensor) max(long dim, bool keepdim = false) => Ops.max_dim.CallTwo([this, dim, keepdim]);

        public Tensor min() => Ops.min.Call([this]);
        public Tensor min(Tensor other) => Ops.min_other.Call([this, other]);
        public (Tensor, Tensor) min(long dim, bool keepdim = false) => Ops.min_dim.CallTwo([this, dim, keepdim]);

        public Tensor amax(params long[] dims) => Ops.amax.Call([this, dims]);

        public Tensor amin(params long[] dims) => Ops.amin.Call([this, dims]);

        public Tensor argmax() => Ops.argmax.Call([this]);
        public Tensor argmax(long dim, bool keepdim = false) => Ops.argmax.Call([this, dim, keepdim]);

        public Tensor argmin() => Ops.argmin.Call([this]);
        public Tensor argmin(long dim, bool keepdim = false) => Ops.argmin.Call([this, dim, keepdim]);

        public Tensor all() => Ops.all.Call([this]);
        public Tensor all(long dim, bool keepdim = false) => Ops.all_dim.Call([this, dim, keepdim]);

        public Tensor any() => Ops.any.Call([this]);
        public Tensor any(long dim, bool keepdim = false) => Ops.any_dim.Call([this, dim, keepdim]);

        public Tensor std(bool unbiased = true) => Ops.std.Call([this, unbiased]);
        public Tensor std(long[] dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            Converted(Ops.std_dim.Call([this, dimensions, unbiased, keepdim]), type);
        public Tensor std(long dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => std([dim], unbiased, keepdim, type);

        public Tensor var(bool unbiased = true) => Ops.var.Call([this, unbiased]);
        public Tensor var(long[] dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            Converted(Ops.var_dim.Call([this, dimensions, unbiased, keepdim]), type);
        public Tensor var(long dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => var([dim], unbiased, keepdim, type);

        public Tensor norm(float p = 2) => Ops.norm_Scalar.Call([this, (double)p]);
        public Tensor norm(int dim, bool keepdim = false, float p = 2) => Ops.norm_ScalarOpt_dim.Call([this, (double)p, Arg.Ints(dim), keepdim]);

        public Tensor median() => Ops.median.Call([this]);

        public Tensor logsumexp(long dim, bool keepdim = false) => Ops.logsumexp.Call([this, Arg.Ints(dim), keepdim]);

        public Tensor quantile(Tensor q, long dim = -1, bool keepdim = false) => Ops.quantile.Call([this, q, dim, keepdim]);

        public Tensor count_nonzero(long[]? dims = null) => dims is null ? Ops.count_nonzero.Call([this]) : Ops.count_nonzero_dim_IntList.Call([this, dims]);

        public Tensor bincount(Tensor? weights, long minlength = 0) => Ops.bincount.Call([this, weights, minlength]);

        public Tensor histc(long bins = 100, long min = 0, long max = 0) => Ops.histc.Call([this, bins, min, max]);

        public (Tensor, Tensor) topk(int k, int dim = -1, bool largest = true, bool sorted = true) => Ops.topk.CallTwo([this, k, dim, largest, sorted]);

        public (Tensor, Tensor) sort(long dim = -1, bool descending = false, bool stable = false) => Ops.sort_stable.CallTwo([this, stable, dim, descending]);

        public Tensor argsort(long dim = -1, bool descending = false) => Ops.argsort.Call([this, dim, descending]);
    }
}
