// Boards and cameras: what `roboperception calibrate` calls. Markers (aruco) are missing: the distributions' OpenCV is older than their detector.
#include "interop.h"

#include <vector>
#include <opencv2/calib3d.hpp>
#include <opencv2/imgproc.hpp>

// By value, as its managed twin.
struct CriteriaValue { int type, count; double epsilon; };

namespace
{
cv::TermCriteria criteria_of(const CriteriaValue& c) { return {c.type, c.count, c.epsilon}; }
cv::OutputArray or_nowhere(const cv::_OutputArray* array) { return array ? *array : static_cast<cv::OutputArray>(cv::noArray()); }

std::vector<cv::Mat> matrices(cv::Mat** list, int count)
{
    std::vector<cv::Mat> result;
    for (int i = 0; i < count; i++) result.push_back(*list[i]);
    return result;
}
}

EXPORT(calib3d_findChessboardCornersSB_OutputArray, (cv::_InputArray* image, SizeValue size, cv::_OutputArray* corners, int flags, int* result))
{
    GUARD(*result = cv::findChessboardCornersSB(*image, size_of(size), *corners, flags));
}
EXPORT(calib3d_findChessboardCorners_InputArray, (cv::_InputArray* image, SizeValue size, cv::_OutputArray* corners, int flags, int* result))
{
    GUARD(*result = cv::findChessboardCorners(*image, size_of(size), *corners, flags));
}
EXPORT(calib3d_calibrateCamera_InputArray,
    (cv::Mat** board, int board_count, cv::Mat** pixels, int pixels_count, SizeValue size, cv::_InputOutputArray* camera, cv::_InputOutputArray* distortion,
     std::vector<cv::Mat>* rotations, std::vector<cv::Mat>* translations, int flags, CriteriaValue criteria, double* result))
{
    GUARD(*result = cv::calibrateCamera(matrices(board, board_count), matrices(pixels, pixels_count), size_of(size), *camera, *distortion, *rotations, *translations, flags, criteria_of(criteria)));
}
EXPORT(calib3d_fisheye_calibrate,
    (std::vector<cv::Mat>* board, std::vector<cv::Mat>* pixels, SizeValue size, cv::_InputOutputArray* camera, cv::_InputOutputArray* distortion,
     std::vector<cv::Mat>* rotations, std::vector<cv::Mat>* translations, int flags, CriteriaValue criteria, double* result))
{
    GUARD(*result = cv::fisheye::calibrate(*board, *pixels, size_of(size), *camera, *distortion, *rotations, *translations, flags, criteria_of(criteria)));
}
EXPORT(calib3d_projectPoints_InputArray,
    (cv::_InputArray* board, cv::_InputArray* rotation, cv::_InputArray* translation, cv::_InputArray* camera, cv::_InputArray* distortion, cv::_OutputArray* pixels,
     cv::_OutputArray* jacobian, double aspect))
{
    GUARD(cv::projectPoints(*board, *rotation, *translation, *camera, or_none(distortion), *pixels, or_nowhere(jacobian), aspect));
}
EXPORT(calib3d_fisheye_projectPoints2,
    (cv::_InputArray* board, cv::_OutputArray* pixels, cv::_InputArray* rotation, cv::_InputArray* translation, cv::_InputArray* camera, cv::_InputArray* distortion, double alpha,
     cv::_OutputArray* jacobian))
{
    GUARD(cv::fisheye::projectPoints(*board, *pixels, *rotation, *translation, *camera, *distortion, alpha, or_nowhere(jacobian)));
}

EXPORT(imgproc_cornerSubPix, (cv::_InputArray* image, std::vector<cv::Point2f>* corners, SizeValue window, SizeValue dead, CriteriaValue criteria))
{
    GUARD(cv::cornerSubPix(*image, *corners, size_of(window), size_of(dead), criteria_of(criteria)));
}

// --- Lists of matrices and points: allocation is all that can fail, and there null says so ---
PLAIN_EXPORT(std::vector<cv::Mat>*, vector_Mat_new1, ()) { return new (std::nothrow) std::vector<cv::Mat>(); }
PLAIN_EXPORT(std::vector<cv::Mat>*, vector_Mat_new3, (cv::Mat** list, unsigned count)) { return new (std::nothrow) std::vector<cv::Mat>(matrices(list, static_cast<int>(count))); }
PLAIN_EXPORT(void, vector_Mat_delete, (std::vector<cv::Mat>* self)) { delete self; }
PLAIN_EXPORT(size_t, vector_Mat_getSize, (std::vector<cv::Mat>* self)) { return self->size(); }
PLAIN_EXPORT(void, vector_Mat_assignToArray, (std::vector<cv::Mat>* self, cv::Mat** list))
{
    for (size_t i = 0; i < self->size(); i++) self->at(i).assignTo(*list[i]);
}
PLAIN_EXPORT(std::vector<cv::Point2f>*, vector_Point2f_new1, ()) { return new (std::nothrow) std::vector<cv::Point2f>(); }
PLAIN_EXPORT(std::vector<cv::Point2f>*, vector_Point2f_new3, (cv::Point2f* points, size_t count)) { return new (std::nothrow) std::vector<cv::Point2f>(points, points + count); }
PLAIN_EXPORT(void, vector_Point2f_delete, (std::vector<cv::Point2f>* self)) { delete self; }
PLAIN_EXPORT(size_t, vector_Point2f_getSize, (std::vector<cv::Point2f>* self)) { return self->size(); }
PLAIN_EXPORT(cv::Point2f*, vector_Point2f_getPointer, (std::vector<cv::Point2f>* self)) { return self->data(); }
