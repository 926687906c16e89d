#include "rp_opencv.h"

#include <opencv2/imgproc.hpp>

RP_API int rp_resize(const cv::Mat* src, cv::Mat* dst, RpSize size, double fx, double fy, int interpolation)
{
    return rp_guard([&] { cv::resize(*src, *dst, to_cv(size), fx, fy, interpolation); });
}

RP_API int rp_cvt_color(const cv::Mat* src, cv::Mat* dst, int code, int channels)
{
    return rp_guard([&] { cv::cvtColor(*src, *dst, code, channels); });
}

RP_API int rp_remap(const cv::Mat* src, cv::Mat* dst, const cv::Mat* map1, const cv::Mat* map2, int interpolation, int border, RpScalar value)
{
    return rp_guard([&] { cv::remap(*src, *dst, *map1, *map2, interpolation, border, to_cv(value)); });
}

RP_API int rp_convert_maps(const cv::Mat* map1, const cv::Mat* map2, cv::Mat* out1, cv::Mat* out2, int type, int nearest)
{
    return rp_guard([&] { cv::convertMaps(*map1, *map2, *out1, *out2, type, nearest != 0); });
}

RP_API int rp_warp_affine(const cv::Mat* src, cv::Mat* dst, const cv::Mat* matrix, RpSize size, int flags, int border, RpScalar value)
{
    return rp_guard([&] { cv::warpAffine(*src, *dst, *matrix, to_cv(size), flags, border, to_cv(value)); });
}

RP_API int rp_gaussian_blur(const cv::Mat* src, cv::Mat* dst, RpSize kernel, double sigma_x, double sigma_y, int border)
{
    return rp_guard([&] { cv::GaussianBlur(*src, *dst, to_cv(kernel), sigma_x, sigma_y, border); });
}

RP_API int rp_median_blur(const cv::Mat* src, cv::Mat* dst, int kernel)
{
    return rp_guard([&] { cv::medianBlur(*src, *dst, kernel); });
}

RP_API int rp_threshold(const cv::Mat* src, cv::Mat* dst, double threshold, double max, int type, double* out)
{
    return rp_guard([&] { *out = cv::threshold(*src, *dst, threshold, max, type); });
}

RP_API int rp_apply_color_map(const cv::Mat* src, cv::Mat* dst, int map)
{
    return rp_guard([&] { cv::applyColorMap(*src, *dst, map); });
}

RP_API int rp_apply_user_color_map(const cv::Mat* src, cv::Mat* dst, const cv::Mat* colors)
{
    return rp_guard([&] { cv::applyColorMap(*src, *dst, *colors); });
}
