// Matrices, argument wrappers, strings, byte vectors, errors.
#include "interop.h"

#include <cstring>
#include <mutex>
#include <string>
#include <vector>
#include <opencv2/core/utility.hpp>
#include <opencv2/core/version.hpp>

namespace
{
std::mutex gate;
cv::ErrorCallback callback = nullptr;
void* callback_data = nullptr;
}

void report(int code, const char* what, const char* function) noexcept
{
    cv::ErrorCallback target;
    void* data;
    {
        std::lock_guard<std::mutex> hold(gate);
        target = callback;
        data = callback_data;
    }
    if (target)
    {
        target(code, function, what, __FILE__, __LINE__, data);
    }
}

PLAIN_EXPORT(cv::ErrorCallback, redirectError, (cv::ErrorCallback target, void* data, void** previous))
{
    std::lock_guard<std::mutex> hold(gate);
    callback = target;
    callback_data = data;
    return cv::redirectError(target, data, previous);
}

// --- Matrices ---
EXPORT(core_Mat_new1, (cv::Mat** result)) { GUARD(*result = new cv::Mat()); }
EXPORT(core_Mat_new2, (int rows, int cols, int type, cv::Mat** result)) { GUARD(*result = new cv::Mat(rows, cols, type)); }
EXPORT(core_Mat_new3, (int rows, int cols, int type, ScalarValue value, cv::Mat** result)) { GUARD(*result = new cv::Mat(rows, cols, type, scalar_of(value))); }
EXPORT(core_Mat_new8, (int rows, int cols, int type, void* data, size_t step, cv::Mat** result)) { GUARD(*result = new cv::Mat(rows, cols, type, data, step)); }
EXPORT(core_Mat_delete, (cv::Mat* self)) { GUARD(delete self); }
EXPORT(core_Mat_create1, (cv::Mat* self, int rows, int cols, int type)) { GUARD(self->create(rows, cols, type)); }
EXPORT(core_Mat_clone, (cv::Mat* self, cv::Mat** result)) { GUARD(*result = new cv::Mat(self->clone())); }
EXPORT(core_Mat_subMat1, (cv::Mat* self, int row, int row_end, int col, int col_end, cv::Mat** result))
{
    GUARD(*result = new cv::Mat(*self, cv::Range(row, row_end), cv::Range(col, col_end)));
}
EXPORT(core_Mat_copyTo_toMat1, (cv::Mat* self, cv::Mat* to)) { GUARD(self->copyTo(*to)); }
EXPORT(core_Mat_copyTo_toMat2, (cv::Mat* self, cv::Mat* to, cv::_InputArray* mask)) { GUARD(self->copyTo(*to, or_none(mask))); }
EXPORT(core_Mat_setTo_Scalar, (cv::Mat* self, ScalarValue value, cv::Mat* mask))
{
    GUARD(mask ? self->setTo(scalar_of(value), *mask) : self->setTo(scalar_of(value)));
}
EXPORT(core_Mat_rows, (cv::Mat* self, int* result)) { GUARD(*result = self->rows); }
EXPORT(core_Mat_cols, (cv::Mat* self, int* result)) { GUARD(*result = self->cols); }
EXPORT(core_Mat_dims, (cv::Mat* self, int* result)) { GUARD(*result = self->dims); }
EXPORT(core_Mat_type, (cv::Mat* self, int* result)) { GUARD(*result = self->type()); }
EXPORT(core_Mat_empty, (cv::Mat* self, int* result)) { GUARD(*result = self->empty()); }
EXPORT(core_Mat_isContinuous, (cv::Mat* self, int* result)) { GUARD(*result = self->isContinuous()); }
EXPORT(core_Mat_size, (cv::Mat* self, SizeValue* result)) { GUARD(cv::Size size = self->size(); *result = SizeValue{size.width, size.height}); }
EXPORT(core_Mat_data, (cv::Mat* self, unsigned char** result)) { GUARD(*result = self->data); }
EXPORT(core_Mat_elemSize, (cv::Mat* self, size_t* result)) { GUARD(*result = self->elemSize()); }
EXPORT(core_Mat_total1, (cv::Mat* self, size_t* result)) { GUARD(*result = self->total()); }
EXPORT(core_Mat_step, (cv::Mat* self, size_t* result)) { GUARD(*result = self->step); }
EXPORT(core_Mat_stepAt, (cv::Mat* self, int dimension, size_t* result))
{
    GUARD(CV_Assert(dimension >= 0 && dimension < self->dims); *result = self->step[dimension]);
}

EXPORT(core_Mat_ptr2d, (cv::Mat* self, int row, int column, unsigned char** result)) { GUARD(*result = self->ptr(row, column)); }

// --- Argument wrappers: one object on the heap for every call, as the managed side owns and deletes them ---
EXPORT(core_InputArray_new_byMat, (cv::Mat* matrix, cv::_InputArray** result)) { GUARD(*result = new cv::_InputArray(*matrix)); }
EXPORT(core_InputArray_delete, (cv::_InputArray* self)) { GUARD(delete self); }
EXPORT(core_OutputArray_new_byMat, (cv::Mat* matrix, cv::_OutputArray** result)) { GUARD(*result = new cv::_OutputArray(*matrix)); }
EXPORT(core_OutputArray_delete, (cv::_OutputArray* self)) { GUARD(delete self); }

// --- Measures ---
EXPORT(core_mean, (cv::_InputArray* source, cv::_InputArray* mask, ScalarValue* result))
{
    GUARD(cv::Scalar mean = cv::mean(*source, or_none(mask)); *result = ScalarValue{{mean[0], mean[1], mean[2], mean[3]}});
}
EXPORT(core_norm2, (cv::_InputArray* first, cv::_InputArray* second, int type, cv::_InputArray* mask, double* result))
{
    GUARD(*result = cv::norm(*first, *second, type, or_none(mask)));
}

// --- The library ---
EXPORT(core_getBuildInformation, (std::string* result)) { GUARD(*result = cv::getBuildInformation()); }
EXPORT(core_getVersionString, (char* result, int room))
{
    GUARD(CV_Assert(room > 0); std::strncpy(result, CV_VERSION, static_cast<size_t>(room) - 1); result[room - 1] = '\0');
}

// --- Strings and byte vectors: allocation is all that can fail, and there null says so ---
PLAIN_EXPORT(std::string*, string_new1, ()) { return new (std::nothrow) std::string(); }
PLAIN_EXPORT(void, string_delete, (std::string* self)) { delete self; }
PLAIN_EXPORT(const char*, string_c_str, (std::string* self)) { return self->c_str(); }
PLAIN_EXPORT(size_t, string_size, (std::string* self)) { return self->size(); }
PLAIN_EXPORT(std::vector<unsigned char>*, vector_uchar_new1, ()) { return new (std::nothrow) std::vector<unsigned char>(); }
PLAIN_EXPORT(void, vector_uchar_delete, (std::vector<unsigned char>* self)) { delete self; }
PLAIN_EXPORT(size_t, vector_uchar_getSize, (std::vector<unsigned char>* self)) { return self->size(); }
PLAIN_EXPORT(unsigned char*, vector_uchar_getPointer, (std::vector<unsigned char>* self)) { return self->data(); }
