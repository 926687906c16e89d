#include "rp_opencv.h"

#include <opencv2/imgcodecs.hpp>
#include <vector>

RP_API int rp_imread(const char* path, int flags, cv::Mat** out)
{
    return rp_guard([&] { *out = new cv::Mat(cv::imread(path, flags)); });
}

RP_API int rp_imwrite(const char* path, const cv::Mat* image, const int* params, int count, int* written)
{
    return rp_guard([&] { *written = cv::imwrite(path, *image, std::vector<int>(params, params + count)) ? 1 : 0; });
}

RP_API int rp_imdecode(const uint8_t* data, int length, int flags, cv::Mat** out)
{
    return rp_guard([&] {
        const cv::Mat buffer(1, length, CV_8UC1, const_cast<uint8_t*>(data));
        *out = new cv::Mat(cv::imdecode(buffer, flags));
    });
}

RP_API int rp_imdecode_mat(const cv::Mat* buffer, int flags, cv::Mat** out)
{
    return rp_guard([&] { *out = new cv::Mat(cv::imdecode(*buffer, flags)); });
}

// The caller reads data and length, then frees the buffer with rp_bytes_delete.
RP_API int rp_imencode(const char* extension, const cv::Mat* image, const int* params, int count, std::vector<uint8_t>** buffer, uint8_t** data, int64_t* length, int* written)
{
    return rp_guard([&] {
        auto bytes = std::make_unique<std::vector<uint8_t>>();
        *written = cv::imencode(extension, *image, *bytes, std::vector<int>(params, params + count)) ? 1 : 0;
        *data = bytes->data();
        *length = static_cast<int64_t>(bytes->size());
        *buffer = bytes.release();
    });
}

RP_API void rp_bytes_delete(std::vector<uint8_t>* buffer)
{
    delete buffer;
}
