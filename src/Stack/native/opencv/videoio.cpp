#include "rp_opencv.h"

#include <opencv2/videoio.hpp>
#include <vector>

RP_API int rp_capture_new(cv::VideoCapture** out)
{
    return rp_guard([&] { *out = new cv::VideoCapture(); });
}

RP_API void rp_capture_delete(cv::VideoCapture* capture)
{
    // A backend that fails to close must not end the process.
    rp_guard([&] { delete capture; });
}

RP_API int rp_capture_open_file(cv::VideoCapture* capture, const char* name, int api, const int* params, int count, int* opened)
{
    return rp_guard([&] { *opened = capture->open(name, api, std::vector<int>(params, params + count)) ? 1 : 0; });
}

RP_API int rp_capture_open_index(cv::VideoCapture* capture, int index, int api, const int* params, int count, int* opened)
{
    return rp_guard([&] { *opened = capture->open(index, api, std::vector<int>(params, params + count)) ? 1 : 0; });
}

RP_API int rp_capture_is_opened(const cv::VideoCapture* capture, int* opened)
{
    return rp_guard([&] { *opened = capture->isOpened() ? 1 : 0; });
}

RP_API int rp_capture_release(cv::VideoCapture* capture)
{
    return rp_guard([&] { capture->release(); });
}

RP_API int rp_capture_grab(cv::VideoCapture* capture, int* done)
{
    return rp_guard([&] { *done = capture->grab() ? 1 : 0; });
}

RP_API int rp_capture_retrieve(cv::VideoCapture* capture, cv::Mat* image, int flag, int* done)
{
    return rp_guard([&] { *done = capture->retrieve(*image, flag) ? 1 : 0; });
}

RP_API int rp_capture_read(cv::VideoCapture* capture, cv::Mat* image, int* done)
{
    return rp_guard([&] { *done = capture->read(*image) ? 1 : 0; });
}

RP_API int rp_capture_get(const cv::VideoCapture* capture, int property, double* value)
{
    return rp_guard([&] { *value = capture->get(property); });
}

RP_API int rp_capture_set(cv::VideoCapture* capture, int property, double value, int* done)
{
    return rp_guard([&] { *done = capture->set(property, value) ? 1 : 0; });
}

RP_API int rp_capture_backend(const cv::VideoCapture* capture, const char** name)
{
    return rp_guard([&] { *name = rp_hold(capture->getBackendName()); });
}

RP_API int rp_capture_set_exception_mode(cv::VideoCapture* capture, int enable)
{
    return rp_guard([&] { capture->setExceptionMode(enable != 0); });
}

RP_API int rp_capture_get_exception_mode(cv::VideoCapture* capture, int* enabled)
{
    return rp_guard([&] { *enabled = capture->getExceptionMode() ? 1 : 0; });
}

RP_API int rp_writer_new(cv::VideoWriter** out)
{
    return rp_guard([&] { *out = new cv::VideoWriter(); });
}

RP_API void rp_writer_delete(cv::VideoWriter* writer)
{
    rp_guard([&] { delete writer; });
}

RP_API int rp_writer_open(cv::VideoWriter* writer, const char* name, int api, int fourcc, double fps, RpSize size, int color, int* opened)
{
    return rp_guard([&] { *opened = writer->open(name, api, fourcc, fps, to_cv(size), color != 0) ? 1 : 0; });
}

RP_API int rp_writer_open_with(cv::VideoWriter* writer, const char* name, int api, int fourcc, double fps, RpSize size, const int* params, int count, int* opened)
{
    return rp_guard([&] { *opened = writer->open(name, api, fourcc, fps, to_cv(size), std::vector<int>(params, params + count)) ? 1 : 0; });
}

RP_API int rp_writer_is_opened(const cv::VideoWriter* writer, int* opened)
{
    return rp_guard([&] { *opened = writer->isOpened() ? 1 : 0; });
}

RP_API int rp_writer_release(cv::VideoWriter* writer)
{
    return rp_guard([&] { writer->release(); });
}

RP_API int rp_writer_write(cv::VideoWriter* writer, const cv::Mat* image)
{
    return rp_guard([&] { writer->write(*image); });
}

RP_API int rp_writer_get(const cv::VideoWriter* writer, int property, double* value)
{
    return rp_guard([&] { *value = writer->get(property); });
}

RP_API int rp_writer_set(cv::VideoWriter* writer, int property, double value, int* done)
{
    return rp_guard([&] { *done = writer->set(property, value) ? 1 : 0; });
}

RP_API int rp_writer_backend(const cv::VideoWriter* writer, const char** name)
{
    return rp_guard([&] { *name = rp_hold(writer->getBackendName()); });
}
