using OpenCvSharp;
using RoboPerception.Core;

namespace RoboPerception.Capture;

/// <summary>
/// A picture to judge a calibration by. Left: a frame as the camera gave it, its detected corners (green), and the corners of all views (blue):
/// where none are, the lens is extrapolated. Right: the frame without the lens's distortion, with straight lines where the board's must lie.
/// </summary>
internal static class CalibrationPicture
{
    private static readonly Scalar Green = new(60, 220, 60);
    private static readonly Scalar Blue = new(255, 140, 40);
    private static readonly Scalar Red = new(60, 60, 255);

    // Drawing to a sixteenth of a pixel.
    private const int Shift = 4;

    /// <summary>Draws; PNG.</summary>
    /// <param name="result">The calibration.</param>
    /// <param name="frame">A frame of the camera.</param>
    /// <param name="view">The board as it was found in that frame.</param>
    public static byte[] Png(CalibrationResult result, Mat frame, TargetView view)
    {
        int width = frame.Width, height = frame.Height, dot = Math.Max(2, width / 320);
        using var picture = new Mat(height, 2 * width, MatType.CV_8UC3, Scalar.All(0));
        using Mat left = picture[0, height, 0, width], right = picture[0, height, width, 2 * width];
        frame.CopyTo(left);
        CameraIntrinsics ideal = result.Camera with { DistortionModel = "plumb_bob", Distortion = [] };
        using (var maps = new RectificationMaps(new CameraCalibration("", result.Camera), frame.Size(), ideal))
        using (var input = InputArray.Create(frame))
        {
            maps.Apply(input, right);
        }

        foreach (Point2f pixel in result.Views.SelectMany(v => v.View.Pixels))
        {
            Cv2.Circle(left, At(pixel.X, pixel.Y), dot << (Shift - 1), Blue, -1, LineTypes.AntiAlias, Shift);
        }

        foreach (Point2f pixel in view.Pixels)
        {
            Cv2.Circle(left, At(pixel.X, pixel.Y), 2 * dot << Shift, Green, Math.Max(1, dot / 2), LineTypes.AntiAlias, Shift);
        }

        // The view may have lost corners that did not fit since it was found.
        if (result.Views.FirstOrDefault(v => v.View.Pixels.Intersect(view.Pixels).Any()) is { } fitted)
        {
            DrawLines(right, fitted, ideal, Math.Max(1, dot / 2));
        }

        double scale = width / 900.0;
        string text = result.Summary.Split(';')[0];
        Cv2.PutText(left, text, new Point(8, height - 10), HersheyFonts.HersheySimplex, scale, Scalar.All(0), Math.Max(3, (int)(4 * scale)), LineTypes.AntiAlias);
        Cv2.PutText(left, text, new Point(8, height - 10), HersheyFonts.HersheySimplex, scale, Scalar.All(255), Math.Max(1, (int)(1.5 * scale)), LineTypes.AntiAlias);
        Cv2.ImEncode(".png", picture, out byte[] png, (int[]?)null);
        return png;
    }

    /// <summary>Lines between neighbours on the board that were both found.</summary>
    private static void DrawLines(Mat image, FittedView fitted, CameraIntrinsics ideal, int thickness)
    {
        int columns = fitted.View.Target.Columns - 1;
        Point2d[] corners = LensModel.Project(fitted.View, ideal, fitted.Rotation, fitted.Translation);
        Dictionary<int, Point2d> places = fitted.View.Ids.Zip(corners).ToDictionary(pair => pair.First, pair => pair.Second);
        foreach ((int id, Point2d from) in places)
        {
            if ((id + 1) % columns != 0 && places.TryGetValue(id + 1, out Point2d right))
            {
                Line(from, right);
            }

            if (places.TryGetValue(id + columns, out Point2d below))
            {
                Line(from, below);
            }
        }

        void Line(Point2d from, Point2d to)
        {
            // Beyond this the drawing's whole numbers overflow; such a line is far outside anyway.
            if (new[] { from.X, from.Y, to.X, to.Y }.All(value => Math.Abs(value) < 1e6))
            {
                Cv2.Line(image, At(from.X, from.Y), At(to.X, to.Y), Red, thickness, LineTypes.AntiAlias, Shift);
            }
        }
    }

    private static Point At(double x, double y) => new((int)Math.Round(x * (1 << Shift)), (int)Math.Round(y * (1 << Shift)));
}
