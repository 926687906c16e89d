#include "rp_opencv.h"

#include <opencv2/imgproc.hpp>
#include <vector>

RP_API int rp_line(cv::Mat* image, RpPoint from, RpPoint to, RpScalar color, int thickness, int line_type, int shift)
{
    return rp_guard([&] { cv::line(*image, to_cv(from), to_cv(to), to_cv(color), thickness, line_type, shift); });
}

RP_API int rp_rectangle(cv::Mat* image, RpPoint from, RpPoint to, RpScalar color, int thickness, int line_type, int shift)
{
    return rp_guard([&] { cv::rectangle(*image, to_cv(from), to_cv(to), to_cv(color), thickness, line_type, shift); });
}

RP_API int rp_rectangle_rect(cv::Mat* image, RpRect rect, RpScalar color, int thickness, int line_type, int shift)
{
    return rp_guard([&] { cv::rectangle(*image, to_cv(rect), to_cv(color), thickness, line_type, shift); });
}

RP_API int rp_circle(cv::Mat* image, RpPoint center, int radius, RpScalar color, int thickness, int line_type, int shift)
{
    return rp_guard([&] { cv::circle(*image, to_cv(center), radius, to_cv(color), thickness, line_type, shift); });
}

// The polygons' points lie one after another; lengths says how many belong to each.
RP_API int rp_fill_poly(cv::Mat* image, const RpPoint* points, const int* lengths, int count, RpScalar color, int line_type, int shift, RpPoint offset)
{
    return rp_guard([&] {
        std::vector<std::vector<cv::Point>> polygons;
        for (int i = 0; i < count; i++) {
            std::vector<cv::Point> polygon;
            for (int j = 0; j < lengths[i]; j++)
                polygon.push_back(to_cv(*points++));
            polygons.push_back(std::move(polygon));
        }
        cv::fillPoly(*image, polygons, to_cv(color), line_type, shift, to_cv(offset));
    });
}

RP_API int rp_put_text(cv::Mat* image, const char* text, RpPoint origin, int font, double scale, RpScalar color, int thickness, int line_type, int bottom_left)
{
    return rp_guard([&] { cv::putText(*image, text, to_cv(origin), font, scale, to_cv(color), thickness, line_type, bottom_left != 0); });
}

RP_API int rp_get_text_size(const char* text, int font, double scale, int thickness, int* base_line, RpSize* out)
{
    return rp_guard([&] {
        const cv::Size size = cv::getTextSize(text, font, scale, thickness, base_line);
        *out = {size.width, size.height};
    });
}
