#include "rp_opencv.h"

#include <opencv2/core/utility.hpp>
#include <opencv2/core/utils/logger.hpp>
#include <vector>

RP_API int rp_set_num_threads(int threads)
{
    return rp_guard([&] { cv::setNumThreads(threads); });
}

RP_API int rp_get_num_threads()
{
    return cv::getNumThreads();
}

RP_API const char* rp_version_string()
{
    return CV_VERSION;
}

RP_API int rp_build_information(const char** out)
{
    return rp_guard([&] { *out = rp_hold(cv::getBuildInformation()); });
}

RP_API int rp_set_log_level(int level)
{
    return static_cast<int>(cv::utils::logging::setLogLevel(static_cast<cv::utils::logging::LogLevel>(level)));
}

RP_API int rp_get_log_level()
{
    return static_cast<int>(cv::utils::logging::getLogLevel());
}

RP_API int rp_normalize(const cv::Mat* src, cv::Mat* dst, double alpha, double beta, int norm_type, int dtype, const cv::Mat* mask)
{
    return rp_guard([&] { cv::normalize(*src, *dst, alpha, beta, norm_type, dtype, optional(mask)); });
}

RP_API int rp_mean(const cv::Mat* src, const cv::Mat* mask, RpScalar* out)
{
    return rp_guard([&] { *out = from_cv(cv::mean(*src, optional(mask))); });
}

RP_API int rp_mean_std_dev(const cv::Mat* src, const cv::Mat* mask, RpScalar* mean, RpScalar* deviation)
{
    return rp_guard([&] {
        cv::Scalar m, d;
        cv::meanStdDev(*src, m, d, optional(mask));
        *mean = from_cv(m);
        *deviation = from_cv(d);
    });
}

RP_API int rp_sum(const cv::Mat* src, RpScalar* out)
{
    return rp_guard([&] { *out = from_cv(cv::sum(*src)); });
}

RP_API int rp_count_non_zero(const cv::Mat* src, int* out)
{
    return rp_guard([&] { *out = cv::countNonZero(*src); });
}

RP_API int rp_norm(const cv::Mat* src1, const cv::Mat* src2, int norm_type, const cv::Mat* mask, double* out)
{
    return rp_guard([&] {
        *out = src2 != nullptr ? cv::norm(*src1, *src2, norm_type, optional(mask)) : cv::norm(*src1, norm_type, optional(mask));
    });
}

RP_API int rp_min_max_loc(const cv::Mat* src, const cv::Mat* mask, double* min, double* max, RpPoint* min_at, RpPoint* max_at)
{
    return rp_guard([&] {
        cv::Point low, high;
        cv::minMaxLoc(*src, min, max, &low, &high, optional(mask));
        *min_at = {low.x, low.y};
        *max_at = {high.x, high.y};
    });
}

// Values only: works on any number of channels, where positions do not.
RP_API int rp_min_max(const cv::Mat* src, double* min, double* max)
{
    return rp_guard([&] { cv::minMaxIdx(*src, min, max); });
}

RP_API int rp_add_weighted(const cv::Mat* src1, double alpha, const cv::Mat* src2, double beta, double gamma, cv::Mat* dst, int dtype)
{
    return rp_guard([&] { cv::addWeighted(*src1, alpha, *src2, beta, gamma, *dst, dtype); });
}

RP_API int rp_absdiff(const cv::Mat* src1, const cv::Mat* src2, cv::Mat* dst)
{
    return rp_guard([&] { cv::absdiff(*src1, *src2, *dst); });
}

RP_API int rp_lut(const cv::Mat* src, const cv::Mat* lut, cv::Mat* dst)
{
    return rp_guard([&] { cv::LUT(*src, *lut, *dst); });
}

RP_API int rp_extract_channel(const cv::Mat* src, cv::Mat* dst, int channel)
{
    return rp_guard([&] { cv::extractChannel(*src, *dst, channel); });
}

RP_API int rp_merge(const cv::Mat* const* planes, int count, cv::Mat* dst)
{
    return rp_guard([&] {
        std::vector<cv::Mat> list;
        for (int i = 0; i < count; i++)
            list.push_back(*planes[i]);
        cv::merge(list, *dst);
    });
}

RP_API int rp_concat(const cv::Mat* const* parts, int count, int vertical, cv::Mat* dst)
{
    return rp_guard([&] {
        std::vector<cv::Mat> list;
        for (int i = 0; i < count; i++)
            list.push_back(*parts[i]);
        if (vertical != 0)
            cv::vconcat(list, *dst);
        else
            cv::hconcat(list, *dst);
    });
}

RP_API int rp_flip(const cv::Mat* src, cv::Mat* dst, int code)
{
    return rp_guard([&] { cv::flip(*src, *dst, code); });
}

RP_API int rp_rotate(const cv::Mat* src, cv::Mat* dst, int code)
{
    return rp_guard([&] { cv::rotate(*src, *dst, code); });
}

RP_API int rp_copy_make_border(const cv::Mat* src, cv::Mat* dst, int top, int bottom, int left, int right, int border, RpScalar value)
{
    return rp_guard([&] { cv::copyMakeBorder(*src, *dst, top, bottom, left, right, border, to_cv(value)); });
}
