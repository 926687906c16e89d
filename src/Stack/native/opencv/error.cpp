#include "rp_opencv.h"

namespace {
struct LastError {
    int code = 0;
    int line = 0;
    std::string function, message, file;
};
thread_local LastError last;
thread_local std::string held;
}

int rp_fail(const cv::Exception& error)
{
    try {
        last = {error.code, error.line, error.func, error.err, error.file};
    } catch (...) {
        last.code = error.code;
    }
    return 1;
}

int rp_fail(const char* message)
{
    try {
        last = {cv::Error::StsError, 0, "", message, ""};
    } catch (...) {
        last.code = cv::Error::StsNoMem;
    }
    return 1;
}

const char* rp_hold(const std::string& text)
{
    held = text;
    return held.c_str();
}

RP_API void rp_last_error(int* code, int* line, const char** function, const char** message, const char** file)
{
    *code = last.code;
    *line = last.line;
    *function = last.function.c_str();
    *message = last.message.c_str();
    *file = last.file.c_str();
}
