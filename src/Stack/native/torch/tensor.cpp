// Tensor handles: lifetime, metadata, memory and gradient slots.
#include <ATen/ATen.h>

#include "handles.h"
#include "status.h"

RP_API int rp_tensor_retain(void* handle, void** copy) {
    RP_BEGIN
    *copy = rp::release(rp::borrow(handle));
    RP_END
}

RP_API int rp_tensor_release(void* handle) {
    RP_BEGIN
    at::Tensor(rp::TensorPointer::reclaim(static_cast<at::TensorImpl*>(handle))).reset();
    RP_END
}

// kind: 0 dim, 1 numel, 2 dtype, 3 device (packed), 4 requires_grad, 5 is_leaf, 6 is_contiguous, 7 element size,
// 8 storage offset, 9 is_inference, 10 is_pinned
RP_API int rp_tensor_get(void* handle, int32_t kind, int64_t* value) {
    RP_BEGIN
    const at::Tensor tensor = rp::borrow(handle);
    switch (kind) {
        case 0: *value = tensor.dim(); break;
        case 1: *value = tensor.numel(); break;
        case 2: *value = static_cast<int64_t>(tensor.scalar_type()); break;
        case 3: *value = rp::pack(tensor.device()); break;
        case 4: *value = tensor.requires_grad(); break;
        case 5: *value = tensor.is_leaf(); break;
        case 6: *value = tensor.is_contiguous(); break;
        case 7: *value = static_cast<int64_t>(tensor.element_size()); break;
        case 8: *value = tensor.storage_offset(); break;
        case 9: *value = tensor.is_inference(); break;
        case 10: *value = tensor.is_pinned(); break;
        default: TORCH_CHECK(false, "unknown tensor property ", kind);
    }
    RP_END
}

RP_API int rp_tensor_sizes(void* handle, int64_t* sizes, int64_t* strides, int32_t capacity) {
    RP_BEGIN
    const at::Tensor tensor = rp::borrow(handle);
    TORCH_CHECK(tensor.dim() <= capacity, "tensor has ", tensor.dim(), " dimensions, room for ", capacity);
    for (int64_t i = 0; i < tensor.dim(); i++) {
        if (sizes != nullptr) sizes[i] = tensor.size(i);
        if (strides != nullptr) strides[i] = tensor.stride(i);
    }
    RP_END
}

RP_API int rp_tensor_data(void* handle, void** data) {
    RP_BEGIN
    *data = rp::borrow(handle).data_ptr();
    RP_END
}

// release is called with context when libtorch drops the memory, also when this function fails.
RP_API int rp_tensor_from_memory(
    void* data, void (*release)(void*), void* context, const int64_t* sizes, int32_t dimensions, int32_t dtype, void** handle) {
    RP_BEGIN
    *handle = rp::release(at::from_blob(
        data, c10::IntArrayRef(sizes, dimensions), [release, context](void*) { release(context); },
        at::TensorOptions().dtype(static_cast<c10::ScalarType>(dtype))));
    RP_END
}

RP_API int rp_tensor_set_requires_grad(void* handle, int32_t value) {
    RP_BEGIN
    rp::borrow(handle).set_requires_grad(value != 0);
    RP_END
}

RP_API int rp_tensor_grad(void* handle, void** gradient) {
    RP_BEGIN
    *gradient = rp::release(rp::borrow(handle).grad());
    RP_END
}

RP_API int rp_tensor_set_grad(void* handle, void* gradient) {
    RP_BEGIN
    rp::borrow(handle).mutable_grad() = rp::borrow(gradient);
    RP_END
}

// Clears the gradients of many tensors in one call: an optimizer does this every step.
RP_API int rp_tensors_zero_grad(void** handles, int32_t count, int32_t set_to_none) {
    RP_BEGIN
    for (int32_t i = 0; i < count; i++) {
        const at::Tensor tensor = rp::borrow(handles[i]);
        at::Tensor& gradient = tensor.mutable_grad();
        if (!gradient.defined()) {
            continue;
        }
        if (set_to_none != 0) {
            gradient.reset();
        } else {
            gradient.detach_();
            gradient.zero_();
        }
    }
    RP_END
}

// Gradients of many tensors in one call; null where there is none.
RP_API int rp_tensors_grads(void** handles, int32_t count, void** gradients) {
    RP_BEGIN
    for (int32_t i = 0; i < count; i++) {
        gradients[i] = rp::release(rp::borrow(handles[i]).grad());
    }
    RP_END
}

RP_API int rp_tensor_retain_grad(void* handle) {
    RP_BEGIN
    rp::borrow(handle).retain_grad();
    RP_END
}
