// What every exported function needs: types that cross the border by value, and the guard that keeps exceptions on this side.
#pragma once

#include <exception>
#include <new>
#include <opencv2/core.hpp>

// Answers of a function that can fail: OpenCvSharp's ExceptionStatus.
enum Status : int { Fine = 0, Failed = 1 };

// By value these have to be plain data: their managed twins are structs of the same fields.
struct SizeValue { int width, height; };
struct PointValue { int x, y; };
struct RectValue { int x, y, width, height; };
struct ScalarValue { double values[4]; };

inline cv::Size size_of(SizeValue s) { return {s.width, s.height}; }
inline cv::Scalar scalar_of(const ScalarValue& s) { return {s.values[0], s.values[1], s.values[2], s.values[3]}; }

// Tells the managed side what went wrong, for exceptions that OpenCV itself does not report through its error callback.
void report(int code, const char* what, const char* function) noexcept;

// No exception crosses the border: OpenCV has told its own through the callback by the time they arrive here.
template <typename Body>
Status guarded(const char* function, Body body) noexcept
{
    try
    {
        body();
        return Fine;
    }
    catch (const cv::Exception&)
    {
        // Reported by cv::error before it was thrown.
    }
    catch (const std::bad_alloc& error)
    {
        report(cv::Error::StsNoMem, error.what(), function);
    }
    catch (const std::exception& error)
    {
        report(cv::Error::StsInternal, error.what(), function);
    }
    catch (...)
    {
        report(cv::Error::StsInternal, "unknown exception", function);
    }
    return Failed;
}

// A function that managed code binds by this name. tests/RoboPerception.Node.Tests/OpenCvExportsTests.cs reads these lines.
#define PLAIN_EXPORT(type, name, parameters) extern "C" __attribute__((visibility("default"))) type name parameters
#define EXPORT(name, parameters) PLAIN_EXPORT(Status, name, parameters) noexcept
#define GUARD(...) return guarded(__func__, [&] { __VA_ARGS__; })

// An optional argument: null stands for none.
inline cv::InputArray or_none(const cv::_InputArray* array) { return array ? *array : static_cast<cv::InputArray>(cv::noArray()); }
