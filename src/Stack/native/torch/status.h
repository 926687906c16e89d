// Guards of the C ABI: a status for every call and the reason kept per thread.
#pragma once
#include <c10/util/Exception.h>

#include <exception>
#include <string>

#include "rp_torch.h"

namespace rp {
std::string& last_error();
}

#define RP_BEGIN try {
#define RP_END                                             \
    return 0;                                              \
    }                                                      \
    catch (const c10::Error& error) {                      \
        rp::last_error() = error.what_without_backtrace(); \
        return 1;                                          \
    }                                                      \
    catch (const std::exception& error) {                  \
        rp::last_error() = error.what();                   \
        return 1;                                          \
    }                                                      \
    catch (...) {                                          \
        rp::last_error() = "unknown native exception";     \
        return 1;                                          \
    }
