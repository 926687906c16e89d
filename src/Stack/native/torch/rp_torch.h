// C ABI over libtorch: one boxed operator call, tensor lifetime, autograd and process state. Exceptions stop here.
#pragma once
#include <cstdint>

#if defined(__GNUC__)
#define RP_API extern "C" __attribute__((visibility("default")))
#else
#define RP_API extern "C"
#endif

// What an rp_value holds. Default asks for the schema's own default, so callers need not know later arguments.
enum rp_tag : int32_t {
    RP_NONE = 0,
    RP_TENSOR = 1,          // pointer: tensor handle
    RP_INT = 2,
    RP_DOUBLE = 3,
    RP_BOOL = 4,
    RP_INTS = 5,            // pointer: int64_t[count]
    RP_DOUBLES = 6,         // pointer: double[count]
    RP_TENSORS = 7,         // pointer: tensor handle[count]
    RP_OPTIONAL_TENSORS = 8, // as RP_TENSORS, a null handle is "not given"
    RP_STRING = 9,          // pointer: UTF-8, count bytes
    RP_DEVICE = 10,         // integer: device type in the high 32 bits, index in the low ones (-1: current)
    RP_GENERATOR = 11,      // pointer: generator handle
    RP_COMPLEX = 12,        // pointer: double[2]
    RP_DEFAULT = 13,
};

struct rp_value {
    int32_t tag;
    int32_t count;
    union {
        int64_t integer;
        double real;
        void* pointer;
    };
};

// Every function returns 0, or 1 with the reason in rp_last_error (per thread, valid until the next failure).
RP_API const char* rp_last_error();
RP_API int rp_version(const char** text);

RP_API int rp_operator(const char* name, const char* overload, void** handle);
// Fills at most capacity results and says in written how many the operator returned; a result that is not asked for is released.
RP_API int rp_call(void* handle, const rp_value* arguments, int32_t count, rp_value* results, int32_t capacity, int32_t* written);
// Frees the array of a list result (not the tensors in it).
RP_API int rp_free(void* array);
