namespace OpenCvSharp;

/// <content>imgproc: drawing.</content>
public static partial class Cv2
{
    public static void Line(
        InputOutputArray img, int pt1X, int pt1Y, int pt2X, int pt2Y, Scalar color, int thickness = 1, LineTypes lineType = LineTypes.Link8, int shift = 0) =>
        Line(img, new Point(pt1X, pt1Y), new Point(pt2X, pt2Y), color, thickness, lineType, shift);

    public static void Line(
        InputOutputArray img, Point pt1, Point pt2, Scalar color, int thickness = 1, LineTypes lineType = LineTypes.Link8, int shift = 0) =>
        NativeMethods.Check(NativeMethods.rp_line(img.Required(nameof(img)), pt1, pt2, color, thickness, (int)lineType, shift));

    public static void Rectangle(
        InputOutputArray img, Point pt1, Point pt2, Scalar color, int thickness = 1, LineTypes lineType = LineTypes.Link8, int shift = 0) =>
        NativeMethods.Check(NativeMethods.rp_rectangle(img.Required(nameof(img)), pt1, pt2, color, thickness, (int)lineType, shift));

    public static void Rectangle(
        InputOutputArray img, Rect rect, Scalar color, int thickness = 1, LineTypes lineType = LineTypes.Link8, int shift = 0) =>
        NativeMethods.Check(NativeMethods.rp_rectangle_rect(img.Required(nameof(img)), rect, color, thickness, (int)lineType, shift));

    public static void Rectangle(
        Mat img, Rect rect, Scalar color, int thickness = 1, LineTypes lineType = LineTypes.Link8, int shift = 0) =>
        Rectangle(InputOutputArray.Create(img), rect, color, thickness, lineType, shift);

    public static void Rectangle(
        Mat img, Point pt1, Point pt2, Scalar color, int thickness = 1, LineTypes lineType = LineTypes.Link8, int shift = 0) =>
        Rectangle(InputOutputArray.Create(img), pt1, pt2, color, thickness, lineType, shift);

    public static void Circle(
        InputOutputArray img, int centerX, int centerY, int radius, Scalar color, int thickness = 1, LineTypes lineType = LineTypes.Link8, int shift = 0) =>
        Circle(img, new Point(centerX, centerY), radius, color, thickness, lineType, shift);

    public static void Circle(
        InputOutputArray img, Point center, int radius, Scalar color, int thickness = 1, LineTypes lineType = LineTypes.Link8, int shift = 0) =>
        NativeMethods.Check(NativeMethods.rp_circle(img.Required(nameof(img)), center, radius, color, thickness, (int)lineType, shift));

    public static unsafe void FillPoly(
        Mat img, IEnumerable<IEnumerable<Point>> pts, Scalar color, LineTypes lineType = LineTypes.Link8, int shift = 0, Point? offset = null)
    {
        ArgumentNullException.ThrowIfNull(img);
        ArgumentNullException.ThrowIfNull(pts);
        var polygons = pts.Select(polygon => polygon.ToArray()).ToArray();
        var lengths = polygons.Select(polygon => polygon.Length).ToArray();
        var points = polygons.SelectMany(polygon => polygon).ToArray();
        fixed (Point* first = points)
        fixed (int* counts = lengths)
        {
            NativeMethods.Check(NativeMethods.rp_fill_poly(
                img.Handle, first, counts, lengths.Length, color, (int)lineType, shift, offset.GetValueOrDefault()));
        }
    }

    /// <summary>Draws text; <paramref name="org"/> is the lower left corner of its first letter.</summary>
    public static void PutText(
        InputOutputArray img,
        string text,
        Point org,
        HersheyFonts fontFace,
        double fontScale,
        Scalar color,
        int thickness = 1,
        LineTypes lineType = LineTypes.Link8,
        bool bottomLeftOrigin = false)
    {
        ArgumentNullException.ThrowIfNull(text);
        NativeMethods.Check(NativeMethods.rp_put_text(
            img.Required(nameof(img)), text, org, (int)fontFace, fontScale, color, thickness, (int)lineType, bottomLeftOrigin ? 1 : 0));
    }

    public static Size GetTextSize(string text, HersheyFonts fontFace, double fontScale, int thickness, out int baseLine)
    {
        ArgumentNullException.ThrowIfNull(text);
        NativeMethods.Check(NativeMethods.rp_get_text_size(text, (int)fontFace, fontScale, thickness, out baseLine, out var size));
        return size;
    }
}
