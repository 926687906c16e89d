using TorchSharp.Native;

namespace TorchSharp;

// Gathering, scattering, filling and random values.
public static partial class torch
{
    public partial class Tensor
    {
        public Tensor index_select(long dim, Tensor index) => Ops.index_select.Call([this, dim, index]);

        public Tensor index_add(long dim, Tensor index, Tensor source, Scalar alpha) => Ops.index_add.Call([this, dim, index, source, alpha]);
        public Tensor index_add_(long dim, Tensor index, Tensor source, Scalar alpha) => InPlace(Ops.index_add_, [this, dim, index, source, alpha]);

        public Tensor index_copy(long dim, Tensor index, Tensor source) => Ops.index_copy.Call([this, dim, index, source]);
        public Tensor index_copy_(long dim, Tensor index, Tensor source) => InPlace(Ops.index_copy_, [this, dim, index, source]);

        public Tensor index_fill(long dim, Tensor index, Scalar value) => Ops.index_fill_int_Scalar.Call([this, dim, index, value]);
        public Tensor index_fill_(long dim, Tensor index, Scalar value) => InPlace(Ops.index_fill__int_Scalar, [this, dim, index, value]);

        public Tensor gather(long dim, Tensor index) => Ops.gather.Call([this, dim, index]);

        public Tensor scatter(long dim, Tensor index, Tensor src) => Ops.scatter_src.Call([this, dim, index, src]);
        public Tensor scatter_(long dim, Tensor index, Tensor src) => InPlace(Ops.scatter__src, [this, dim, index, src]);

        public Tensor scatter_add(long dim, Tensor index, Tensor src) => Ops.scatter_add.Call([this, dim, index, src]);
        public Tensor scatter_add_(long dim, Tensor index, Tensor src) => InPlace(Ops.scatter_add_, [this, dim, index, src]);

        public Tensor take(Tensor index) => Ops.take.Call([this, index]);

        public Tensor take_along_dim(Tensor indices, long dim) => Ops.take_along_dim.Call([this, indices, dim]);

        public Tensor masked_fill(Tensor mask, Scalar value) => Ops.masked_fill_Scalar.Call([this, mask, value]);
        public Tensor masked_fill_(Tensor mask, Scalar value) => InPlace(Ops.masked_fill__Scalar, [this, mask, value]);

        public Tensor masked_select(Tensor mask) => Ops.masked_select.Call([this, mask]);

        public Tensor masked_scatter(Tensor mask, Tensor value) => Ops.masked_scatter.Call([this, mask, value]);
        public Tensor masked_scatter_(Tensor mask, Tensor value) => InPlace(Ops.masked_scatter_, [this, mask, value]);

        public Tensor nonzero() => Ops.nonzero.Call([this]);

        public Tensor fill_(Scalar value) => InPlace(Ops.fill__Scalar, [this, value]);

        public Tensor zero_() => InPlace(Ops.zero_, [this]);

        public Tensor copy_(Tensor source, bool nonBlocking = false) => InPlace(Ops.copy_, [this, source, nonBlocking]);

        public (Tensor, Tensor, Tensor) unique(bool sorted = true, bool return_inverse = false, bool return_counts = false, int? dim = null) =>
            dim is int d ? Ops.unique_dim.CallThree([this, d, sorted, return_inverse, return_counts]) : Ops._unique2.CallThree([this, sorted, return_inverse, return_counts]);

        public Tensor bernoulli(Generator? generator = null) => Ops.bernoulli.Call([this, generator]);

        public Tensor multinomial(long num_samples, bool replacement = false, Generator? generator = null) =>
            Ops.multinomial.Call([this, num_samples, replacement, generator]);

        public Tensor bernoulli_(double p = 0.5, Generator? generator = null) => InPlace(Ops.bernoulli__float, [this, p, generator]);

        public Tensor normal_(double mean = 0, double std = 1, Generator? generator = null) => InPlace(Ops.normal_, [this, mean, std, generator]);

        public Tensor uniform_(double @from, double to, Generator? generator = null) => InPlace(Ops.uniform_, [this, @from, to, generator]);

        public Tensor random_(double @from, double to, Generator? generator = null) => InPlace(Ops.random__from, [this, (long)@from, (long)to, generator]);

        public Tensor exponential_(double lambda = 1, Generator? generator = null) => InPlace(Ops.exponential_, [this, lambda, generator]);

        public Tensor zeros_like(ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            Like(Ops.zeros_like, [this, dtype, Arg.None, device], requires_grad);

        public Tensor ones_like(ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            Like(Ops.ones_like, [this, dtype, Arg.None, device], requires_grad);

        public Tensor empty_like(ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            Like(Ops.empty_like, [this, dtype, Arg.None, device], requires_grad);

        public Tensor rand_like(ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            Like(Ops.rand_like, [this, dtype, Arg.None, device], requires_grad);

        public Tensor randn_like(ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            Like(Ops.randn_like, [this, dtype, Arg.None, device], requires_grad);

        public Tensor full_like(Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            Like(Ops.full_like, [this, value, dtype, Arg.None, device], requires_grad);

        public Tensor new_zeros(long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            Like(Ops.new_zeros, [this, size, dtype, Arg.None, device], requires_grad);

        public Tensor new_empty(long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            Like(Ops.new_empty, [this, size, dtype, Arg.None, device], requires_grad);

        public Tensor new_full(long[] size, Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            Like(Ops.new_full, [this, size, value, dtype, Arg.None, device], requires_grad);
    }
}
