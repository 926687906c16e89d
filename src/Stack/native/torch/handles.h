// A tensor handle is the TensorImpl itself with one reference held: no second allocation per tensor.
#pragma once
#include <ATen/core/Tensor.h>

namespace rp {

using TensorPointer = c10::intrusive_ptr<at::TensorImpl, at::UndefinedTensorImpl>;

// Shares the handle's reference; a null handle is an undefined tensor.
inline at::Tensor borrow(void* handle) {
    if (handle == nullptr) {
        return at::Tensor();
    }
    return at::Tensor(TensorPointer::unsafe_reclaim_from_nonowning(static_cast<at::TensorImpl*>(handle)));
}

// Hands the reference over to the caller; null for an undefined tensor.
inline void* release(at::Tensor tensor) {
    return tensor.defined() ? tensor.unsafeReleaseTensorImpl() : nullptr;
}

inline c10::Device device(int64_t packed) {
    return c10::Device(
        static_cast<c10::DeviceType>(static_cast<int32_t>(packed >> 32)),
        static_cast<c10::DeviceIndex>(static_cast<int32_t>(packed & 0xffffffff)));
}

inline int64_t pack(const c10::Device& device) {
    return (static_cast<int64_t>(device.type()) << 32) | (static_cast<uint32_t>(static_cast<int32_t>(device.index())));
}

}  // namespace rp
