using OpenCvSharp;
using RoboPerception.Core;

namespace RoboPerception.Capture;

/// <summary>OpenCV's solvers and projection for the lens models of REP-104.</summary>
internal static class LensModel
{
    private static readonly TermCriteria Precise = new(CriteriaTypes.Count | CriteriaTypes.Eps, 200, 1e-10);

    /// <summary>Coefficients of a model.</summary>
    /// <exception cref="UserErrorException">There is no such model.</exception>
    public static int CoefficientsOf(string model) => model switch
    {
        "plumb_bob" => 5,
        "rational_polynomial" => 8,
        "equidistant" => 4,
        _ => throw new UserErrorException(ExitCode.Usage, $"The lens model '{model}' is unknown; there are plumb_bob (most cameras), rational_polynomial (wide lenses) and equidistant (fisheye)."),
    };

    /// <summary>The camera under which the views fit best, and the place of the board in each (rotation vector, translation in metres).</summary>
    /// <exception cref="OpenCVException">The views do not determine a camera.</exception>
    public static (CameraIntrinsics Camera, double[][] Rotations, double[][] Translations) Solve(IReadOnlyList<TargetView> views, string model)
    {
        int coefficients = CoefficientsOf(model);
        Size size = views[0].ImageSize;
        Mat[] board = [.. views.Select(v => Float(v.BoardMatrix(), MatType.CV_32FC3))], pixels = [.. views.Select(v => Float(v.PixelMatrix(), MatType.CV_32FC2))];
        using Mat k = Mat.FromPixelData(3, 3, MatType.CV_64FC1, new double[9]);
        using Mat d = Mat.FromPixelData(coefficients, 1, MatType.CV_64FC1, new double[coefficients]);
        IEnumerable<Mat> rotations = [], translations = [];
        try
        {
            if (model == "equidistant")
            {
                Cv2.FishEye.Calibrate(board, pixels, size, k, d, out rotations, out translations, FishEyeCalibrationFlags.RecomputeExtrinsic | FishEyeCalibrationFlags.FixSkew, Precise);
            }
            else
            {
                CalibrationFlags flags = model == "rational_polynomial" ? CalibrationFlags.RationalModel : CalibrationFlags.None;
                Cv2.CalibrateCamera(board, pixels, size, k, d, out Mat[] r, out Mat[] t, flags, Precise);
                (rotations, translations) = (r, t);
            }

            double[] matrix = Doubles(k, 9);
            var camera = new CameraIntrinsics(size.Width, size.Height, matrix[0], matrix[4], matrix[2], matrix[5]) { DistortionModel = model, Distortion = Doubles(d, coefficients) };
            return (camera, [.. rotations.Select(r => Doubles(r, 3))], [.. translations.Select(t => Doubles(t, 3))]);
        }
        finally
        {
            foreach (Mat used in board.Concat(pixels).Concat(rotations).Concat(translations))
            {
                used.Dispose();
            }
        }
    }

    /// <summary>Where a camera sees the corners of a view, given the board's place.</summary>
    public static Point2d[] Project(TargetView view, CameraIntrinsics camera, double[] rotation, double[] translation)
    {
        using Mat board = view.BoardMatrix();
        using Mat k = Mat.FromPixelData(3, 3, MatType.CV_64FC1, new[] { camera.Fx, 0, camera.Cx, 0, camera.Fy, camera.Cy, 0, 0, 1 });
        int coefficients = CoefficientsOf(camera.DistortionModel);
        using Mat d = Mat.FromPixelData(coefficients, 1, MatType.CV_64FC1, camera.Distortion.Concat(new double[coefficients]).Take(coefficients).ToArray());
        using Mat r = Mat.FromPixelData(3, 1, MatType.CV_64FC1, rotation.ToArray());
        using Mat t = Mat.FromPixelData(3, 1, MatType.CV_64FC1, translation.ToArray());
        using var pixels = new Mat();
        if (camera.DistortionModel == "equidistant")
        {
            Cv2.FishEye.ProjectPoints(board, pixels, r, t, k, d);
        }
        else
        {
            Cv2.ProjectPoints(board, r, t, k, d, pixels);
        }

        double[] values = Doubles(pixels, 2 * view.Ids.Length);
        return [.. Enumerable.Range(0, view.Ids.Length).Select(i => new Point2d(values[2 * i], values[(2 * i) + 1]))];
    }

    private static double[] Doubles(Mat matrix, int count)
    {
        double[] values = new double[count];
        System.Runtime.InteropServices.Marshal.Copy(matrix.Data, values, 0, count);
        return values;
    }

    /// <summary>The solver of ordinary lenses takes single precision alone.</summary>
    private static Mat Float(Mat doubles, MatType type)
    {
        using (doubles)
        {
            var floats = new Mat(doubles.Rows, 1, type);
            double[] values = Doubles(doubles, doubles.Rows * (type == MatType.CV_32FC3 ? 3 : 2));
            System.Runtime.InteropServices.Marshal.Copy(Array.ConvertAll(values, value => (float)value), 0, floats.Data, values.Length);
            return floats;
        }
    }
}
