#include "rp_opencv.h"

#include <opencv2/calib3d.hpp>

RP_API int rp_init_undistort_rectify_map(const cv::Mat* camera, const cv::Mat* distortion, const cv::Mat* rotation, const cv::Mat* projection, RpSize size, int type, cv::Mat* map1, cv::Mat* map2)
{
    return rp_guard([&] { cv::initUndistortRectifyMap(*camera, *distortion, *rotation, *projection, to_cv(size), type, *map1, *map2); });
}

RP_API int rp_get_optimal_new_camera_matrix(const cv::Mat* camera, const cv::Mat* distortion, RpSize size, double alpha, RpSize new_size, RpRect* valid, int center, cv::Mat** out)
{
    return rp_guard([&] {
        cv::Rect roi;
        *out = new cv::Mat(cv::getOptimalNewCameraMatrix(*camera, optional(distortion), to_cv(size), alpha, to_cv(new_size), &roi, center != 0));
        *valid = {roi.x, roi.y, roi.width, roi.height};
    });
}

RP_API int rp_undistort(const cv::Mat* src, cv::Mat* dst, const cv::Mat* camera, const cv::Mat* distortion, const cv::Mat* new_camera)
{
    return rp_guard([&] { cv::undistort(*src, *dst, *camera, *distortion, optional(new_camera)); });
}

RP_API int rp_fisheye_init_undistort_rectify_map(const cv::Mat* camera, const cv::Mat* distortion, const cv::Mat* rotation, const cv::Mat* projection, RpSize size, int type, cv::Mat* map1, cv::Mat* map2)
{
    return rp_guard([&] { cv::fisheye::initUndistortRectifyMap(*camera, *distortion, *rotation, *projection, to_cv(size), type, *map1, *map2); });
}

RP_API int rp_fisheye_estimate_new_camera_matrix(const cv::Mat* camera, const cv::Mat* distortion, RpSize size, const cv::Mat* rotation, cv::Mat* out, double balance, RpSize new_size, double fov_scale)
{
    return rp_guard([&] { cv::fisheye::estimateNewCameraMatrixForUndistortRectify(*camera, *distortion, to_cv(size), *rotation, *out, balance, to_cv(new_size), fov_scale); });
}
