// C ABI between the OpenCvSharp subset and the distribution's OpenCV.
// Every function that can fail returns a status: 0, or non-zero with the error kept per thread (rp_last_error).
#pragma once

#include <cstdint>
#include <exception>
#include <opencv2/core.hpp>
#include <string>

#define RP_API extern "C" __attribute__((visibility("default")))

int rp_fail(const cv::Exception& error);
int rp_fail(const char* message);

// C++ exceptions must not cross the boundary: the managed side would lose the process.
template <typename Body>
int rp_guard(Body&& body) noexcept
{
    try {
        body();
        return 0;
    } catch (const cv::Exception& error) {
        return rp_fail(error);
    } catch (const std::exception& error) {
        return rp_fail(error.what());
    } catch (...) {
        return rp_fail("unknown C++ exception");
    }
}

struct RpSize { int width, height; };
struct RpPoint { int x, y; };
struct RpRect { int x, y, width, height; };
struct RpScalar { double v[4]; };

inline cv::Size to_cv(RpSize s) { return {s.width, s.height}; }
inline cv::Point to_cv(RpPoint p) { return {p.x, p.y}; }
inline cv::Rect to_cv(RpRect r) { return {r.x, r.y, r.width, r.height}; }
inline cv::Scalar to_cv(RpScalar s) { return {s.v[0], s.v[1], s.v[2], s.v[3]}; }
inline RpScalar from_cv(const cv::Scalar& s) { return {{s[0], s[1], s[2], s[3]}}; }

// A null pointer is an argument that was left out.
inline cv::_InputArray optional(const cv::Mat* mat) { return mat != nullptr ? cv::_InputArray(*mat) : cv::_InputArray(cv::noArray()); }

// Keeps a text alive until the same thread asks for the next one.
const char* rp_hold(const std::string& text);
