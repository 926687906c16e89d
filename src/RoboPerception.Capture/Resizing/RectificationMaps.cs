using OpenCvSharp;
using RoboPerception.Core;

namespace RoboPerception.Capture;

/// <summary>
/// Fixed-point look-up maps from the rectified grid of the model to a distorted image, for <see cref="Cv2.Remap"/>: the lens
/// is undone and the image resized in one pass over the pixels.
/// </summary>
internal sealed class RectificationMaps : IDisposable
{
    private readonly MatView coordinates = new(new Mat());
    private readonly MatView fractions = new(new Mat());

    /// <param name="calibration">Lens, R and P.</param>
    /// <param name="source">Size of the distorted image that will be remapped.</param>
    /// <param name="to">The ideal camera of the rectified grid, at the grid's size.</param>
    public RectificationMaps(CameraCalibration calibration, Size source, CameraIntrinsics to)
    {
        var model = new Size(to.Width, to.Height);
        CameraIntrinsics from = calibration.Intrinsics.ScaledTo(source.Width, source.Height);
        using Mat camera = Matrix(from);
        using Mat grid = Matrix(to);
        using Mat rotation = Mat.FromPixelData(3, 3, MatType.CV_64FC1, calibration.Rectification.ToArray());
        if (from.DistortionModel == "equidistant")
        {
            using Mat lens = Mat.FromPixelData(4, 1, MatType.CV_64FC1, Padded(from.Distortion, 4));
            Cv2.FishEye.InitUndistortRectifyMap(
                camera, lens, rotation, grid, model, MatType.CV_16SC2.Value, coordinates.Image, fractions.Image);
            return;
        }

        int coefficients = from.DistortionModel == "rational_polynomial" ? 8 : 5;
        using Mat distortion = Mat.FromPixelData(1, coefficients, MatType.CV_64FC1, Padded(from.Distortion, coefficients));
        Cv2.InitUndistortRectifyMap(camera, distortion, rotation, grid, model, MatType.CV_16SC2, coordinates.Image, fractions.Image);
    }

    /// <summary>Bilinear; black where the lens saw nothing.</summary>
    public void Apply(InputArray source, Mat destination) => Cv2.Remap(source, destination, coordinates.Input, fractions.Input);

    public void Dispose()
    {
        coordinates.Dispose();
        fractions.Dispose();
    }

    private static Mat Matrix(CameraIntrinsics c) =>
        Mat.FromPixelData(3, 3, MatType.CV_64FC1, new[] { c.Fx, 0, c.Cx, 0, c.Fy, c.Cy, 0, 0, 1 });

    private static double[] Padded(IReadOnlyList<double> values, int count) => [.. values.Concat(Enumerable.Repeat(0.0, count)).Take(count)];
}
