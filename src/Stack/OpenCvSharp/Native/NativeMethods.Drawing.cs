using System.Runtime.InteropServices;

namespace OpenCvSharp;

/// <summary>C ABI of librp_opencv: imgproc, drawing.</summary>
internal static unsafe partial class NativeMethods
{
    [LibraryImport(Library)]
    internal static partial int rp_line(OpenCvSafeHandle image, Point start, Point end, Scalar color, int thickness, int lineType, int shift);

    [LibraryImport(Library)]
    internal static partial int rp_rectangle(OpenCvSafeHandle image, Point start, Point end, Scalar color, int thickness, int lineType, int shift);

    [LibraryImport(Library)]
    internal static partial int rp_rectangle_rect(OpenCvSafeHandle image, Rect rect, Scalar color, int thickness, int lineType, int shift);

    [LibraryImport(Library)]
    internal static partial int rp_circle(OpenCvSafeHandle image, Point center, int radius, Scalar color, int thickness, int lineType, int shift);

    [LibraryImport(Library)]
    internal static partial int rp_fill_poly(OpenCvSafeHandle image, Point* points, int* lengths, int count, Scalar color, int lineType, int shift, Point offset);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int rp_put_text(OpenCvSafeHandle image, string text, Point origin, int font, double scale, Scalar color, int thickness, int lineType, int bottomLeft);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int rp_get_text_size(string text, int font, double scale, int thickness, out int baseLine, out Size result);
}
