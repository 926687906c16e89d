// Geometry, drawing and image files.
#include "interop.h"

#include <string>
#include <vector>
#include <opencv2/calib3d.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

namespace
{
std::vector<int> list(const int* values, int count) { return values && count > 0 ? std::vector<int>(values, values + count) : std::vector<int>(); }
}

// --- Geometry ---
EXPORT(imgproc_resize, (cv::_InputArray* from, cv::_OutputArray* to, SizeValue size, double fx, double fy, int interpolation))
{
    GUARD(cv::resize(*from, *to, size_of(size), fx, fy, interpolation));
}
EXPORT(imgproc_remap, (cv::_InputArray* from, cv::_OutputArray* to, cv::_InputArray* map1, cv::_InputArray* map2, int interpolation, int border, ScalarValue value))
{
    GUARD(cv::remap(*from, *to, *map1, or_none(map2), interpolation, border, scalar_of(value)));
}
EXPORT(calib3d_initUndistortRectifyMap,
    (cv::_InputArray* camera, cv::_InputArray* distortion, cv::_InputArray* rotation, cv::_InputArray* target, SizeValue size, int type, cv::_OutputArray* map1, cv::_OutputArray* map2))
{
    GUARD(cv::initUndistortRectifyMap(*camera, or_none(distortion), or_none(rotation), *target, size_of(size), type, *map1, *map2));
}
EXPORT(calib3d_fisheye_initUndistortRectifyMap,
    (cv::_InputArray* camera, cv::_InputArray* distortion, cv::_InputArray* rotation, cv::_InputArray* target, SizeValue size, int type, cv::_OutputArray* map1, cv::_OutputArray* map2))
{
    GUARD(cv::fisheye::initUndistortRectifyMap(*camera, *distortion, or_none(rotation), *target, size_of(size), type, *map1, *map2));
}
EXPORT(calib3d_undistort, (cv::_InputArray* from, cv::_OutputArray* to, cv::_InputArray* camera, cv::_InputArray* distortion, cv::_InputArray* target))
{
    GUARD(cv::undistort(*from, *to, *camera, or_none(distortion), or_none(target)));
}

// --- Colours and drawing ---
EXPORT(imgproc_cvtColor, (cv::_InputArray* from, cv::_OutputArray* to, int code, int channels)) { GUARD(cv::cvtColor(*from, *to, code, channels)); }
EXPORT(imgproc_applyColorMap1, (cv::_InputArray* from, cv::_OutputArray* to, int map)) { GUARD(cv::applyColorMap(*from, *to, map)); }
EXPORT(imgproc_putText,
    (cv::_InputOutputArray* image, const char* text, PointValue at, int font, double scale, ScalarValue colour, int thickness, int line, int from_below))
{
    GUARD(cv::putText(*image, text, {at.x, at.y}, font, scale, scalar_of(colour), thickness, line, from_below != 0));
}
EXPORT(imgproc_rectangle_Mat_Rect, (cv::Mat* image, RectValue at, ScalarValue colour, int thickness, int line, int shift))
{
    GUARD(cv::rectangle(*image, cv::Rect(at.x, at.y, at.width, at.height), scalar_of(colour), thickness, line, shift));
}

EXPORT(imgproc_line, (cv::_InputOutputArray* image, PointValue from, PointValue to, ScalarValue colour, int thickness, int line, int shift))
{
    GUARD(cv::line(*image, {from.x, from.y}, {to.x, to.y}, scalar_of(colour), thickness, line, shift));
}
EXPORT(imgproc_circle, (cv::_InputOutputArray* image, PointValue centre, int radius, ScalarValue colour, int thickness, int line, int shift))
{
    GUARD(cv::circle(*image, {centre.x, centre.y}, radius, scalar_of(colour), thickness, line, shift));
}

// --- Files ---
EXPORT(imgcodecs_imread, (const char* file, int flags, cv::Mat** result)) { GUARD(*result = new cv::Mat(cv::imread(file, flags))); }
EXPORT(imgcodecs_imwrite, (const char* file, cv::Mat* image, const int* options, int count, int* result))
{
    GUARD(*result = cv::imwrite(file, *image, list(options, count)));
}
EXPORT(imgcodecs_imdecode_vector, (unsigned char* bytes, int count, int flags, cv::Mat** result))
{
    GUARD(*result = new cv::Mat(cv::imdecode(cv::Mat(1, count, CV_8UC1, bytes), flags)));
}
EXPORT(imgcodecs_imencode_vector, (const char* extension, cv::_InputArray* image, std::vector<unsigned char>* bytes, const int* options, int count, int* result))
{
    GUARD(*result = cv::imencode(extension, *image, *bytes, list(options, count)));
}
