using TorchSharp.Native;

namespace TorchSharp;

// Arithmetic and linear algebra.
public static partial class torch
{
    public partial class Tensor
    {
        public Tensor add(Tensor target) => Ops.add_Tensor.Call([this, target]);
        public Tensor add_(Tensor target) => InPlace(Ops.add__Tensor, [this, target]);

        public Tensor sub(Tensor target) => Ops.sub_Tensor.Call([this, target]);
        public Tensor sub(Scalar target) => Ops.sub_Scalar.Call([this, target]);
        public Tensor sub_(Tensor target) => InPlace(Ops.sub__Tensor, [this, target]);
        public Tensor sub_(Scalar target) => InPlace(Ops.sub__Scalar, [this, target]);

        public Tensor mul(Tensor target) => Ops.mul_Tensor.Call([this, target]);
        public Tensor mul(Scalar target) => Ops.mul_Scalar.Call([this, target]);
        public Tensor mul_(Tensor target) => InPlace(Ops.mul__Tensor, [this, target]);
        public Tensor mul_(Scalar target) => InPlace(Ops.mul__Scalar, [this, target]);

        public Tensor add(Tensor target, Scalar alpha) => Ops.add_Tensor.Call([this, target, alpha]);
        public Tensor add(Scalar scalar) => Ops.add_Scalar.Call([this, scalar]);
        public Tensor add(Scalar scalar, Scalar alpha) => Ops.add_Scalar.Call([this, scalar, alpha]);
        public Tensor add_(Tensor target, Scalar alpha) => InPlace(Ops.add__Tensor, [this, target, alpha]);
        public Tensor add_(Scalar scalar) => InPlace(Ops.add__Scalar, [this, scalar]);
        public Tensor add_(Scalar scalar, Scalar alpha) => InPlace(Ops.add__Scalar, [this, scalar, alpha]);

        public Tensor div(Tensor target, RoundingMode rounding_mode = RoundingMode.None) => Ops.div_Tensor_mode.Call([this, target, Rounding(rounding_mode)]);
        public Tensor div(Scalar target, RoundingMode rounding_mode = RoundingMode.None) => Ops.div_Scalar_mode.Call([this, target, Rounding(rounding_mode)]);
        public Tensor div_(Tensor target, RoundingMode rounding_mode = RoundingMode.None) =>
            InPlace(Ops.div__Tensor_mode, [this, target, Rounding(rounding_mode)]);
        public Tensor div_(Scalar target, RoundingMode rounding_mode = RoundingMode.None) =>
            InPlace(Ops.div__Scalar_mode, [this, target, Rounding(rounding_mode)]);

        public Tensor remainder(Tensor target) => Ops.remainder_Tensor.Call([this, target]);
        public Tensor remainder(Scalar scalar) => Ops.remainder_Scalar.Call([this, scalar]);

        public Tensor fmod(Tensor target) => Ops.fmod_Tensor.Call([this, target]);
        public Tensor fmod(Scalar scalar) => Ops.fmod_Scalar.Call([this, scalar]);

        public Tensor floor_divide(Tensor other) => Ops.floor_divide.Call([this, other]);
        public Tensor floor_divide(Scalar other) => Ops.floor_divide_Scalar.Call([this, other]);

        public Tensor pow(Tensor exponent) => Ops.pow_Tensor_Tensor.Call([this, exponent]);
        public Tensor pow(Scalar exponent) => Ops.pow_Tensor_Scalar.Call([this, exponent]);
        public Tensor pow_(Tensor exponent) => InPlace(Ops.pow__Tensor, [this, exponent]);
        public Tensor pow_(Scalar exponent) => InPlace(Ops.pow__Scalar, [this, exponent]);

        public Tensor addcmul(Tensor tensor1, Tensor tensor2, Scalar value) => Ops.addcmul.Call([this, tensor1, tensor2, value]);
        public Tensor addcmul_(Tensor tensor1, Tensor tensor2, Scalar value) => InPlace(Ops.addcmul_, [this, tensor1, tensor2, value]);

        public Tensor addcdiv(Tensor tensor1, Tensor tensor2, Scalar value) => Ops.addcdiv.Call([this, tensor1, tensor2, value]);
        public Tensor addcdiv(Tensor tensor1, Tensor tensor2) => Ops.addcdiv.Call([this, tensor1, tensor2]);
        public Tensor addcdiv_(Tensor tensor1, Tensor tensor2, Scalar value) => InPlace(Ops.addcdiv_, [this, tensor1, tensor2, value]);
        public Tensor addcdiv_(Tensor tensor1, Tensor tensor2) => InPlace(Ops.addcdiv_, [this, tensor1, tensor2]);

        public Tensor lerp(Tensor end, Tensor weight) => Ops.lerp_Tensor.Call([this, end, weight]);
        public Tensor lerp_(Tensor end, Tensor weight) => InPlace(Ops.lerp__Tensor, [this, end, weight]);

        public Tensor matmul(Tensor target) => Ops.matmul.Call([this, target]);

        public Tensor mm(Tensor target) => Ops.mm.Call([this, target]);

        public Tensor mv(Tensor target) => Ops.mv.Call([this, target]);

        public Tensor bmm(Tensor batch2) => Ops.bmm.Call([this, batch2]);

        public Tensor dot(Tensor target) => Ops.dot.Call([this, target]);

        public Tensor outer(Tensor vec2) => Ops.outer.Call([this, vec2]);

        public Tensor inverse() => Ops.inverse.Call([this]);

        public Tensor det() => Ops.det.Call([this]);

        public Tensor addmm(Tensor mat1, Tensor mat2, float beta = 1, float alpha = 1) => Ops.addmm.Call([this, mat1, mat2, beta, alpha]);

        public Tensor maximum(Tensor other) => Ops.maximum.Call([this, other]);

        public Tensor minimum(Tensor other) => Ops.minimum.Call([this, other]);
    }
}
