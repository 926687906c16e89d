// Cameras and video files.
#include "interop.h"

#include <vector>
#include <opencv2/videoio.hpp>

// --- Reading ---
EXPORT(videoio_VideoCapture_new1, (cv::VideoCapture** result)) { GUARD(*result = new cv::VideoCapture()); }
EXPORT(videoio_VideoCapture_new4, (const char* file, int backend, const int* options, int count, cv::VideoCapture** result))
{
    GUARD(*result = new cv::VideoCapture(file, backend, options && count > 0 ? std::vector<int>(options, options + count) : std::vector<int>()));
}
EXPORT(videoio_VideoCapture_delete, (cv::VideoCapture* self)) { GUARD(delete self); }
EXPORT(videoio_VideoCapture_open1, (cv::VideoCapture* self, const char* file, int backend, int* result)) { GUARD(*result = self->open(file, backend)); }
EXPORT(videoio_VideoCapture_open2, (cv::VideoCapture* self, int device, int backend, int* result)) { GUARD(*result = self->open(device, backend)); }
EXPORT(videoio_VideoCapture_isOpened, (cv::VideoCapture* self, int* result)) { GUARD(*result = self->isOpened()); }
EXPORT(videoio_VideoCapture_release, (cv::VideoCapture* self)) { GUARD(self->release()); }
EXPORT(videoio_VideoCapture_grab, (cv::VideoCapture* self, int* result)) { GUARD(*result = self->grab()); }
EXPORT(videoio_VideoCapture_retrieve_Mat, (cv::VideoCapture* self, cv::Mat* image, int stream, int* result)) { GUARD(*result = self->retrieve(*image, stream)); }
EXPORT(videoio_VideoCapture_get, (cv::VideoCapture* self, int property, double* result)) { GUARD(*result = self->get(property)); }
EXPORT(videoio_VideoCapture_set, (cv::VideoCapture* self, int property, double value, int* result)) { GUARD(*result = self->set(property, value)); }

// --- Writing: the recordings of the tests ---
EXPORT(videoio_VideoWriter_new2, (const char* file, int code, double fps, SizeValue size, int colour, cv::VideoWriter** result))
{
    GUARD(*result = new cv::VideoWriter(file, code, fps, size_of(size), colour != 0));
}
EXPORT(videoio_VideoWriter_delete, (cv::VideoWriter* self)) { GUARD(delete self); }
EXPORT(videoio_VideoWriter_isOpened, (cv::VideoWriter* self, int* result)) { GUARD(*result = self->isOpened()); }
EXPORT(videoio_VideoWriter_write, (cv::VideoWriter* self, cv::_InputArray* image)) { GUARD(self->write(*image)); }
EXPORT(videoio_VideoWriter_fourcc, (signed char a, signed char b, signed char c, signed char d, int* result))
{
    GUARD(*result = cv::VideoWriter::fourcc(static_cast<char>(a), static_cast<char>(b), static_cast<char>(c), static_cast<char>(d)));
}
