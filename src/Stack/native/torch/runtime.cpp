// Process and thread state: errors, version, autograd, modes, seeds, threads, devices.
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <c10/core/GradMode.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/cuda.h>
#include <torch/version.h>

#include <mutex>
#include <vector>

#include "handles.h"
#include "status.h"

namespace rp {
std::string& last_error() {
    thread_local std::string text;
    return text;
}
}  // namespace rp

namespace {
std::vector<at::Tensor> borrow_all(void** handles, int32_t count) {
    std::vector<at::Tensor> tensors;
    tensors.reserve(count);
    for (int32_t i = 0; i < count; i++) {
        tensors.push_back(rp::borrow(handles[i]));
    }
    return tensors;
}
}  // namespace

RP_API const char* rp_last_error() { return rp::last_error().c_str(); }

RP_API int rp_version(const char** text) {
    *text = TORCH_VERSION;
    return 0;
}

RP_API int rp_backward(
    void** tensors, int32_t count, void** gradients, int32_t gradient_count, int32_t retain_graph, int32_t create_graph,
    void** inputs, int32_t input_count) {
    RP_BEGIN
    torch::autograd::backward(
        borrow_all(tensors, count), borrow_all(gradients, gradient_count), retain_graph != 0, create_graph != 0,
        borrow_all(inputs, input_count));
    RP_END
}

RP_API int rp_grad(
    void** outputs, int32_t count, void** inputs, int32_t input_count, void** gradients, int32_t gradient_count,
    int32_t retain_graph, int32_t create_graph, int32_t allow_unused, void** results) {
    RP_BEGIN
    auto found = torch::autograd::grad(
        borrow_all(outputs, count), borrow_all(inputs, input_count), borrow_all(gradients, gradient_count), retain_graph != 0,
        create_graph != 0, allow_unused != 0);
    for (size_t i = 0; i < found.size(); i++) {
        results[i] = rp::release(std::move(found[i]));
    }
    RP_END
}

RP_API int rp_grad_mode(int32_t enabled, int32_t* previous) {
    RP_BEGIN
    *previous = c10::GradMode::is_enabled();
    if (enabled >= 0) {
        c10::GradMode::set_enabled(enabled != 0);
    }
    RP_END
}

// Guards nest per thread: leave in the reverse order of entering, on the same thread.
RP_API int rp_inference_mode_enter(int32_t enabled, void** guard) {
    RP_BEGIN
    *guard = new c10::InferenceMode(enabled != 0);
    RP_END
}

RP_API int rp_inference_mode_leave(void* guard) {
    RP_BEGIN
    delete static_cast<c10::InferenceMode*>(guard);
    RP_END
}

RP_API int rp_inference_mode_enabled(int32_t* enabled) {
    RP_BEGIN
    *enabled = c10::InferenceMode::is_enabled();
    RP_END
}

RP_API int rp_manual_seed(int64_t seed) {
    RP_BEGIN
    at::manual_seed(static_cast<uint64_t>(seed));
    RP_END
}

// fresh 0: the device's default generator; 1: an independent one with this seed.
RP_API int rp_generator(int64_t device, int32_t fresh, uint64_t seed, void** handle) {
    RP_BEGIN
    at::Generator generator = at::globalContext().defaultGenerator(rp::device(device));
    if (fresh != 0) {
        generator = generator.clone();
        generator.set_current_seed(seed);
    }
    *handle = new at::Generator(generator);
    RP_END
}

RP_API int rp_generator_release(void* handle) {
    RP_BEGIN
    delete static_cast<at::Generator*>(handle);
    RP_END
}

// action: 0 read the seed, 1 set it, 2 draw a random one
RP_API int rp_generator_seed(void* handle, int32_t action, int64_t* seed) {
    RP_BEGIN
    auto& generator = *static_cast<at::Generator*>(handle);
    std::lock_guard<std::mutex> lock(generator.mutex());
    if (action == 1) {
        generator.set_current_seed(static_cast<uint64_t>(*seed));
    } else {
        *seed = static_cast<int64_t>(action == 2 ? generator.seed() : generator.current_seed());
    }
    RP_END
}

RP_API int rp_generator_state(void* handle, void** state) {
    RP_BEGIN
    auto& generator = *static_cast<at::Generator*>(handle);
    std::lock_guard<std::mutex> lock(generator.mutex());
    *state = rp::release(generator.get_state());
    RP_END
}

RP_API int rp_generator_set_state(void* handle, void* state) {
    RP_BEGIN
    auto& generator = *static_cast<at::Generator*>(handle);
    std::lock_guard<std::mutex> lock(generator.mutex());
    generator.set_state(rp::borrow(state));
    RP_END
}

// count < 0 leaves the setting alone.
RP_API int rp_threads(int32_t interop, int32_t count, int32_t* current) {
    RP_BEGIN
    if (count >= 0) {
        interop != 0 ? at::set_num_interop_threads(count) : at::set_num_threads(count);
    }
    *current = interop != 0 ? at::get_num_interop_threads() : at::get_num_threads();
    RP_END
}

RP_API int rp_cuda(int32_t* available, int32_t* devices, int32_t* cudnn) {
    RP_BEGIN
    *available = torch::cuda::is_available();
    *devices = static_cast<int32_t>(torch::cuda::device_count());
    *cudnn = *available != 0 && torch::cuda::cudnn_is_available();
    RP_END
}

RP_API int rp_cuda_synchronize(int64_t index) {
    RP_BEGIN
    torch::cuda::synchronize(index);
    RP_END
}

// what: 0 TF32 in matmul, 1 TF32 in cuDNN, 2 cuDNN benchmark; value < 0 leaves the setting alone.
RP_API int rp_backend_flag(int32_t what, int32_t value, int32_t* current) {
    RP_BEGIN
    auto& context = at::globalContext();
    switch (what) {
        case 0:
            if (value >= 0) context.setAllowTF32CuBLAS(value != 0);
            *current = context.allowTF32CuBLAS();
            break;
        case 1:
            if (value >= 0) context.setAllowTF32CuDNN(value != 0);
            *current = context.allowTF32CuDNN();
            break;
        case 2:
            if (value >= 0) context.setBenchmarkCuDNN(value != 0);
            *current = context.benchmarkCuDNN();
            break;
        default:
            TORCH_CHECK(false, "unknown backend flag ", what);
    }
    RP_END
}
