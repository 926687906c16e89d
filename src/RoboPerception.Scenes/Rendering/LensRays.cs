using RoboPerception.Core;

namespace RoboPerception.Scenes;

/// <summary>
/// Rays through pixel centres. Distortion is applied here, before tracing, so that image and labels are bent alike and
/// stay exact.
/// </summary>
internal static class LensRays
{
    /// <summary>Fills the ray planes for a camera.</summary>
    /// <exception cref="NotSupportedException">The lens model is not one of REP-104.</exception>
    public static void Fill(CameraIntrinsics camera, RenderPlanes planes)
    {
        for (int v = 0; v < planes.Height; v++)
        {
            for (int u = 0; u < planes.Stride - 2 * RenderPlanes.Margin; u++)
            {
                double x = (u - camera.Cx) / camera.Fx, y = (v - camera.Cy) / camera.Fy;
                if (camera.IsDistorted)
                {
                    (x, y) = Undistort(camera, x, y);
                }
                int at = v * planes.Stride + RenderPlanes.Margin + u;
                planes.RayX[at] = (float)x;
                planes.RayY[at] = (float)y;
            }
        }
    }

    /// <summary>Where an ideal camera would see what the lens puts at (x, y); fixed-point iteration as in OpenCV's undistortPoints.</summary>
    public static (double X, double Y) Undistort(CameraIntrinsics camera, double x, double y)
    {
        double ux = x, uy = y;
        for (int i = 0; i < 40; i++)
        {
            var (dx, dy) = Distort(camera, ux, uy);
            ux += x - dx;
            uy += y - dy;
        }
        return (ux, uy);
    }

    /// <summary>Where the lens puts the ideal image point (x, y), both at focal length 1.</summary>
    public static (double X, double Y) Distort(CameraIntrinsics camera, double x, double y)
    {
        double K(int i) => i < camera.Distortion.Count ? camera.Distortion[i] : 0;
        double r2 = x * x + y * y;
        switch (camera.DistortionModel)
        {
            case "plumb_bob":
            case "rational_polynomial":
                double radial = (1 + r2 * (K(0) + r2 * (K(1) + r2 * K(4)))) / (1 + r2 * (K(5) + r2 * (K(6) + r2 * K(7))));
                return (x * radial + 2 * K(2) * x * y + K(3) * (r2 + 2 * x * x), y * radial + K(2) * (r2 + 2 * y * y) + 2 * K(3) * x * y);
            case "equidistant":
                double r = Math.Sqrt(r2);
                double a = PortableMath.Atan2(r, 1), a2 = a * a;
                double bent = a * (1 + a2 * (K(0) + a2 * (K(1) + a2 * (K(2) + a2 * K(3)))));
                return r < 1e-9 ? (x, y) : (x * bent / r, y * bent / r);
            default:
                throw new NotSupportedException(
                    $"Lens model '{camera.DistortionModel}' is not rendered; use plumb_bob, rational_polynomial or equidistant.");
        }
    }
}
