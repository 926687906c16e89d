using TorchSharp.Native;

namespace TorchSharp;

// Element-wise functions and activations.
public static partial class torch
{
    public partial class Tensor
    {
        public Tensor abs() => Ops.abs.Call([this]);
        public Tensor abs_() => InPlace(Ops.abs_, [this]);

        public Tensor neg() => Ops.neg.Call([this]);
        public Tensor neg_() => InPlace(Ops.neg_, [this]);

        public Tensor exp() => Ops.exp.Call([this]);
        public Tensor exp_() => InPlace(Ops.exp_, [this]);

        public Tensor exp2() => Ops.exp2.Call([this]);
        public Tensor exp2_() => InPlace(Ops.exp2_, [this]);

        public Tensor expm1() => Ops.expm1.Call([this]);
        public Tensor expm1_() => InPlace(Ops.expm1_, [this]);

        public Tensor log() => Ops.log.Call([this]);
        public Tensor log_() => InPlace(Ops.log_, [this]);

        public Tensor log2() => Ops.log2.Call([this]);
        public Tensor log2_() => InPlace(Ops.log2_, [this]);

        public Tensor log10() => Ops.log10.Call([this]);
        public Tensor log10_() => InPlace(Ops.log10_, [this]);

        public Tensor log1p() => Ops.log1p.Call([this]);
        public Tensor log1p_() => InPlace(Ops.log1p_, [this]);

        public Tensor sqrt() => Ops.sqrt.Call([this]);
        public Tensor sqrt_() => InPlace(Ops.sqrt_, [this]);

        public Tensor rsqrt() => Ops.rsqrt.Call([this]);
        public Tensor rsqrt_() => InPlace(Ops.rsqrt_, [this]);

        public Tensor square() => Ops.square.Call([this]);

        public Tensor sin() => Ops.sin.Call([this]);
        public Tensor sin_() => InPlace(Ops.sin_, [this]);

        public Tensor cos() => Ops.cos.Call([this]);
        public Tensor cos_() => InPlace(Ops.cos_, [this]);

        public Tensor tan() => Ops.tan.Call([this]);
        public Tensor tan_() => InPlace(Ops.tan_, [this]);

        public Tensor tanh() => Ops.tanh.Call([this]);
        public Tensor tanh_() => InPlace(Ops.tanh_, [this]);

        public Tensor sigmoid() => Ops.sigmoid.Call([this]);
        public Tensor sigmoid_() => InPlace(Ops.sigmoid_, [this]);

        public Tensor floor() => Ops.floor.Call([this]);
        public Tensor floor_() => InPlace(Ops.floor_, [this]);

        public Tensor ceil() => Ops.ceil.Call([this]);
        public Tensor ceil_() => InPlace(Ops.ceil_, [this]);

        public Tensor trunc() => Ops.trunc.Call([this]);
        public Tensor trunc_() => InPlace(Ops.trunc_, [this]);

        public Tensor frac() => Ops.frac.Call([this]);
        public Tensor frac_() => InPlace(Ops.frac_, [this]);

        public Tensor reciprocal() => Ops.reciprocal.Call([this]);
        public Tensor reciprocal_() => InPlace(Ops.reciprocal_, [this]);

        public Tensor sign() => Ops.sign.Call([this]);
        public Tensor sign_() => InPlace(Ops.sign_, [this]);

        public Tensor sgn() => Ops.sgn.Call([this]);
        public Tensor sgn_() => InPlace(Ops.sgn_, [this]);

        public Tensor relu() => Ops.relu.Call([this]);
        public Tensor relu_() => InPlace(Ops.relu_, [this]);

        public Tensor sinc() => Ops.sinc.Call([this]);
        public Tensor sinc_() => InPlace(Ops.sinc_, [this]);

        public Tensor logical_not() => Ops.logical_not.Call([this]);
        public Tensor logical_not_() => InPlace(Ops.logical_not_, [this]);

        public Tensor acos() => Ops.acos.Call([this]);
        public Tensor acos_() => InPlace(Ops.acos_, [this]);

        public Tensor asin() => Ops.asin.Call([this]);
        public Tensor asin_() => InPlace(Ops.asin_, [this]);

        public Tensor atan() => Ops.atan.Call([this]);
        public Tensor atan_() => InPlace(Ops.atan_, [this]);

        public Tensor cosh() => Ops.cosh.Call([this]);
        public Tensor cosh_() => InPlace(Ops.cosh_, [this]);

        public Tensor sinh() => Ops.sinh.Call([this]);
        public Tensor sinh_() => InPlace(Ops.sinh_, [this]);

        public Tensor erf() => Ops.erf.Call([this]);
        public Tensor erf_() => InPlace(Ops.erf_, [this]);

        public Tensor clamp(Scalar? min = null, Scalar? max = null) => Ops.clamp.Call([this, min, max]);
        public Tensor clamp(Tensor? min = null, Tensor? max = null) => Ops.clamp_Tensor.Call([this, min, max]);
        public Tensor clamp_(Scalar? min = null, Scalar? max = null) => InPlace(Ops.clamp_, [this, min, max]);
        public Tensor clamp_(Tensor? min = null, Tensor? max = null) => InPlace(Ops.clamp__Tensor, [this, min, max]);

        public Tensor clip(Scalar? min = null, Scalar? max = null) => Ops.clamp.Call([this, min, max]);

        public Tensor clamp_min(Scalar min) => Ops.clamp_min.Call([this, min]);
        public Tensor clamp_min_(Scalar min) => InPlace(Ops.clamp_min_, [this, min]);

        public Tensor clamp_max(Scalar max) => Ops.clamp_max.Call([this, max]);
        public Tensor clamp_max_(Scalar max) => InPlace(Ops.clamp_max_, [this, max]);

        public Tensor round(long decimals = 0) => Ops.round_decimals.Call([this, decimals]);

        public Tensor nan_to_num(double nan = 0, double? posinf = null, double? neginf = null) => Ops.nan_to_num.Call([this, nan, posinf, neginf]);

        public Tensor relu6() => Ops.relu6.Call([this]);

        public Tensor leaky_relu(Scalar negative_slope) => Ops.leaky_relu.Call([this, negative_slope]);

        public Tensor silu() => Ops.silu.Call([this]);

        public Tensor gelu() => Ops.gelu.Call([this]);

        public Tensor hardswish() => Ops.hardswish.Call([this]);

        public Tensor hardsigmoid() => Ops.hardsigmoid.Call([this]);

        public Tensor hardtanh(Scalar min, Scalar max) => Ops.hardtanh.Call([this, min, max]);

        public Tensor softplus(double beta = 1, double threshold = 20) => Ops.softplus.Call([this, beta, threshold]);

        public Tensor log_sigmoid() => Ops.log_sigmoid.Call([this]);

        public Tensor softmax(long dim, ScalarType? dtype = null) => Ops.softmax_int.Call([this, dim, dtype]);

        public Tensor log_softmax(long dim, ScalarType? dtype = null) => Ops.log_softmax_int.Call([this, dim, dtype]);

        public Tensor cumsum(long dim, ScalarType? type = null) => Ops.cumsum.Call([this, dim, type]);

        public Tensor cumprod(long dim, ScalarType? type = null) => Ops.cumprod.Call([this, dim, type]);

        public Tensor atan2(Tensor other) => Ops.atan2.Call([this, other]);

        public Tensor xlogy(Tensor y) => Ops.xlogy_Tensor.Call([this, y]);

        public Tensor logit(double? eps = null) => Ops.logit.Call([this, eps]);
    }
}
