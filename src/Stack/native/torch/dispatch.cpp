// The boxed call: an operator is found by schema name once, then called with tagged values.
#include <ATen/core/Generator.h>
#include <ATen/core/List.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/ivalue.h>
#include <ATen/core/stack.h>
#include <torch/version.h>

#include <cstdlib>
#include <optional>
#include <vector>

#include "handles.h"
#include "status.h"

namespace {

#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 2)
using OptionalTensor = std::optional<at::Tensor>;
#else
using OptionalTensor = c10::optional<at::Tensor>;
#endif

// What the schema wants where the caller's value alone does not say: an integer given for a float argument must become one.
struct Parameter {
    bool real;
    bool has_default;
    c10::IValue standard;
};

struct Operator {
    c10::OperatorHandle handle;
    std::vector<Parameter> parameters;
};

bool wants_real(const c10::TypePtr& type) {
    if (auto optional = type->cast<c10::OptionalType>()) {
        return wants_real(optional->getElementType());
    }
    return type->kind() == c10::TypeKind::FloatType;
}

c10::IValue argument(const rp_value& value, const Parameter& parameter) {
    switch (value.tag) {
        case RP_NONE:
            return c10::IValue();
        case RP_TENSOR:
            return rp::borrow(value.pointer);
        case RP_INT:
            return parameter.real ? c10::IValue(static_cast<double>(value.integer)) : c10::IValue(value.integer);
        case RP_DOUBLE:
            return value.real;
        case RP_BOOL:
            return value.integer != 0;
        case RP_INTS:
            return c10::IntArrayRef(static_cast<const int64_t*>(value.pointer), value.count);
        case RP_DOUBLES:
            return c10::ArrayRef<double>(static_cast<const double*>(value.pointer), value.count);
        case RP_TENSORS: {
            c10::List<at::Tensor> list;
            list.reserve(value.count);
            for (int32_t i = 0; i < value.count; i++) {
                list.push_back(rp::borrow(static_cast<void**>(value.pointer)[i]));
            }
            return list;
        }
        case RP_OPTIONAL_TENSORS: {
            c10::List<OptionalTensor> list;
            list.reserve(value.count);
            for (int32_t i = 0; i < value.count; i++) {
                void* handle = static_cast<void**>(value.pointer)[i];
                list.push_back(handle == nullptr ? OptionalTensor() : OptionalTensor(rp::borrow(handle)));
            }
            return list;
        }
        case RP_STRING:
            return std::string(static_cast<const char*>(value.pointer), value.count);
        case RP_DEVICE:
            return rp::device(value.integer);
        case RP_GENERATOR:
            return *static_cast<at::Generator*>(value.pointer);
        case RP_COMPLEX: {
            const double* parts = static_cast<const double*>(value.pointer);
            return c10::complex<double>(parts[0], parts[1]);
        }
        case RP_DEFAULT:
            TORCH_CHECK(parameter.has_default, "the operator has no default for an argument that was left out");
            return parameter.standard;
        default:
            TORCH_CHECK(false, "unknown argument tag ", value.tag);
    }
}

template <class List>
void write_list(const List& list, rp_value& result) {
    const size_t count = list.size();
    void** handles = static_cast<void**>(std::malloc(sizeof(void*) * (count == 0 ? 1 : count)));
    TORCH_CHECK(handles != nullptr, "out of memory for a list of ", count, " tensors");
    for (size_t i = 0; i < count; i++) {
        handles[i] = rp::release(list.get(i));
    }
    result.tag = RP_TENSORS;
    result.count = static_cast<int32_t>(count);
    result.pointer = handles;
}

void write(c10::IValue&& value, rp_value& result) {
    result.count = 0;
    result.integer = 0;
    if (value.isTensor()) {
        result.pointer = rp::release(std::move(value).toTensor());
        result.tag = result.pointer == nullptr ? RP_NONE : RP_TENSOR;
    } else if (value.isNone()) {
        result.tag = RP_NONE;
    } else if (value.isBool()) {
        result.tag = RP_BOOL;
        result.integer = value.toBool() ? 1 : 0;
    } else if (value.isInt()) {
        result.tag = RP_INT;
        result.integer = value.toInt();
    } else if (value.isDouble()) {
        result.tag = RP_DOUBLE;
        result.real = value.toDouble();
    } else if (value.isTensorList()) {
        write_list(value.toTensorList(), result);
    } else {
        TORCH_CHECK(false, "a result of kind ", value.tagKind(), " has no C representation");
    }
}

}  // namespace

RP_API int rp_operator(const char* name, const char* overload, void** handle) {
    RP_BEGIN
    auto found = c10::Dispatcher::singleton().findSchema({name, overload});
    TORCH_CHECK(found.has_value(), "this libtorch has no operator ", name, *overload ? "." : "", overload);
    // Kept for the life of the process: callers cache the handle in static fields.
    auto* entry = new Operator{*found, {}};
    for (const auto& item : found->schema().arguments()) {
        Parameter parameter{wants_real(item.type()), item.default_value().has_value(), c10::IValue()};
        if (parameter.has_default) {
            parameter.standard = *item.default_value();
        }
        entry->parameters.push_back(std::move(parameter));
    }
    *handle = entry;
    RP_END
}

RP_API int rp_call(void* handle, const rp_value* arguments, int32_t count, rp_value* results, int32_t capacity, int32_t* written) {
    RP_BEGIN
    auto* entry = static_cast<Operator*>(handle);
    const size_t expected = entry->parameters.size();
    TORCH_CHECK(
        static_cast<size_t>(count) <= expected, entry->handle.operator_name(), " takes ", expected, " arguments, got ", count);
    torch::jit::Stack stack;
    stack.reserve(expected < 4 ? 4 : expected);
    for (int32_t i = 0; i < count; i++) {
        stack.push_back(argument(arguments[i], entry->parameters[i]));
    }
    for (size_t i = count; i < expected; i++) {
        TORCH_CHECK(
            entry->parameters[i].has_default, entry->handle.operator_name(), " has no default for argument ", i,
            " (", entry->handle.schema().arguments()[i].name(), ")");
        stack.push_back(entry->parameters[i].standard);
    }
    entry->handle.callBoxed(stack);
    *written = static_cast<int32_t>(stack.size());
    for (int32_t i = 0; i < *written && i < capacity; i++) {
        write(std::move(stack[i]), results[i]);
    }
    RP_END
}

RP_API int rp_free(void* array) {
    std::free(array);
    return 0;
}
