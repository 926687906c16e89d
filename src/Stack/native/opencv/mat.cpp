#include "rp_opencv.h"

struct RpMatInfo {
    uint8_t* data;
    int64_t step;
    int64_t total;
    int64_t elem_size;
    int flags, dims, rows, cols, type, continuous, submatrix;
};

RP_API int rp_mat_new(cv::Mat** out)
{
    return rp_guard([&] { *out = new cv::Mat(); });
}

RP_API int rp_mat_new_sized(int rows, int cols, int type, cv::Mat** out)
{
    return rp_guard([&] { *out = new cv::Mat(rows, cols, type); });
}

RP_API int rp_mat_new_filled(int rows, int cols, int type, RpScalar value, cv::Mat** out)
{
    return rp_guard([&] { *out = new cv::Mat(rows, cols, type, to_cv(value)); });
}

RP_API int rp_mat_new_over(int rows, int cols, int type, void* data, int64_t step, cv::Mat** out)
{
    return rp_guard([&] { *out = new cv::Mat(rows, cols, type, data, static_cast<size_t>(step)); });
}

RP_API int rp_mat_new_roi(const cv::Mat* mat, int row_start, int row_end, int col_start, int col_end, cv::Mat** out)
{
    return rp_guard([&] { *out = new cv::Mat(*mat, cv::Range(row_start, row_end), cv::Range(col_start, col_end)); });
}

RP_API int rp_mat_new_eye(int rows, int cols, int type, cv::Mat** out)
{
    return rp_guard([&] { *out = new cv::Mat(cv::Mat::eye(rows, cols, type)); });
}

RP_API void rp_mat_delete(cv::Mat* mat)
{
    delete mat;
}

RP_API void rp_mat_info(const cv::Mat* mat, RpMatInfo* info)
{
    info->data = mat->data;
    info->step = mat->dims > 0 ? static_cast<int64_t>(mat->step[0]) : 0;
    info->total = static_cast<int64_t>(mat->total());
    info->elem_size = static_cast<int64_t>(mat->elemSize());
    info->flags = mat->flags;
    info->dims = mat->dims;
    info->rows = mat->rows;
    info->cols = mat->cols;
    info->type = mat->type();
    info->continuous = mat->isContinuous() ? 1 : 0;
    info->submatrix = mat->isSubmatrix() ? 1 : 0;
}

RP_API int rp_mat_create(cv::Mat* mat, int rows, int cols, int type)
{
    return rp_guard([&] { mat->create(rows, cols, type); });
}

RP_API int rp_mat_release(cv::Mat* mat)
{
    return rp_guard([&] { mat->release(); });
}

RP_API int rp_mat_clone(const cv::Mat* mat, cv::Mat** out)
{
    return rp_guard([&] { *out = new cv::Mat(mat->clone()); });
}

RP_API int rp_mat_copy_to(const cv::Mat* mat, cv::Mat* dst, const cv::Mat* mask)
{
    return rp_guard([&] {
        if (mask != nullptr)
            mat->copyTo(*dst, *mask);
        else
            mat->copyTo(*dst);
    });
}

RP_API int rp_mat_convert_to(const cv::Mat* mat, cv::Mat* dst, int type, double alpha, double beta)
{
    return rp_guard([&] { mat->convertTo(*dst, type, alpha, beta); });
}

RP_API int rp_mat_set_to(cv::Mat* mat, RpScalar value, const cv::Mat* mask)
{
    return rp_guard([&] { mat->setTo(to_cv(value), optional(mask)); });
}

RP_API int rp_mat_reshape(const cv::Mat* mat, int channels, int rows, cv::Mat** out)
{
    return rp_guard([&] { *out = new cv::Mat(mat->reshape(channels, rows)); });
}
