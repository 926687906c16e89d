using OpenCvSharp;
using RoboPerception.Core;

namespace RoboPerception.Capture.Tests;

/// <summary>
/// Boards as a camera with a known lens sees them. The page is what is printed; lens and perspective are computed here, from the formulae of
/// REP-104 and by formulae alone, so that nothing of what is tested takes part. Each pixel is the mean of rays through it, with noise.
/// </summary>
internal sealed class RenderedBoards
{
    private const int Rays = 3;
    private const int TexelsPerMillimetre = 10;

    private readonly CameraIntrinsics camera;
    private readonly TargetSheet sheet;
    private readonly byte[] page;
    private readonly int pageWidth;
    private readonly int pageHeight;
    private readonly Lazy<(float X, float Y)[]> rays;

    public RenderedBoards(CameraIntrinsics camera, TargetSheet sheet)
    {
        (this.camera, this.sheet) = (camera, sheet);
        (pageWidth, pageHeight) = ((int)(sheet.PageWidth * TexelsPerMillimetre), (int)(sheet.PageHeight * TexelsPerMillimetre));
        page = Raster(sheet, pageWidth, pageHeight);
        rays = new(() => AllRays(camera));
    }

    /// <summary>The sheet as a printer makes it, 8-bit grey.</summary>
    public static byte[] Raster(TargetSheet sheet, int width, int height)
    {
        byte[] raster = new byte[width * height];
        Array.Fill(raster, (byte)235);
        foreach ((bool black, double x, double y, double w, double h) in sheet.Rectangles)
        {
            for (int row = Texel(y); row < Texel(y + h); row++)
            {
                raster.AsSpan((row * width) + Texel(x), Texel(x + w) - Texel(x)).Fill(black ? (byte)20 : (byte)235);
            }
        }
        return raster;

        static int Texel(double millimetres) => (int)Math.Round(millimetres * TexelsPerMillimetre);
    }

    /// <summary>Poses all over the image, near and far, turned about every axis, with the whole board in the image unless parts suffice.</summary>
    public List<Pose> Poses(int count, bool partsSuffice, double mostTilt)
    {
        var poses = new List<Pose>();
        var random = new Random(17);
        for (int attempt = 0; poses.Count < count && attempt < 20_000; attempt++)
        {
            (double x, double y) = Ray(camera, random.NextDouble() * camera.Width, random.NextDouble() * camera.Height);
            double distance = 0.16 + (random.NextDouble() * 0.45), toRay = Math.Sqrt((x * x) + (y * y) + 1);
            // Turned toward the camera, then away by the tilt.
            var pose = new Pose(
                ((random.NextDouble() - 0.5) * 2 * mostTilt) - Math.Asin(y / toRay), ((random.NextDouble() - 0.5) * 2 * mostTilt) + Math.Atan(x), (random.NextDouble() - 0.5) * 0.6,
                x / toRay * distance, y / toRay * distance, distance / toRay);
            int seen = Corners(pose).Count(c => c is { } p && p.X > 8 && p.Y > 8 && p.X < camera.Width - 9 && p.Y < camera.Height - 9);
            if (seen == sheet.Target.CornerCount || (partsSuffice && seen * 2 > sheet.Target.CornerCount))
            {
                poses.Add(pose);
            }
        }
        return poses;
    }

    /// <summary>Where the camera sees the corners; null where it cannot.</summary>
    public (double X, double Y)?[] Corners(Pose pose)
    {
        CalibrationTarget target = sheet.Target;
        return [.. Enumerable.Range(0, target.CornerCount).Select<int, (double, double)?>(id =>
        {
            (double bx, double by) = target.Corner(id);
            (double x, double y, double z) = pose.Place(bx - (target.Width / 2), by - (target.Height / 2));
            return z > 0.01 ? Pixel(camera, x / z, y / z) : null;
        })];
    }

    /// <summary>The image, 8-bit BGR.</summary>
    public Mat Image(Pose pose, int seed)
    {
        CalibrationTarget target = sheet.Target;
        (double originX, double originY) = (sheet.Left + (500 * target.Width), sheet.Top + (500 * target.Height));
        byte[] pixels = new byte[camera.Width * camera.Height * 3];
        (double X, double Y, double Z) right = pose.Turn(1, 0, 0), down = pose.Turn(0, 1, 0), normal = pose.Turn(0, 0, 1);
        double toPlane = (normal.X * pose.X) + (normal.Y * pose.Y) + (normal.Z * pose.Z);
        (float X, float Y)[] all = rays.Value;
        Parallel.For(0, camera.Height, row =>
        {
            var noise = new Random((seed * 10_007) + row);
            for (int column = 0; column < camera.Width; column++)
            {
                int sum = 0;
                for (int i = 0; i < Rays * Rays; i++)
                {
                    (float rx, float ry) = all[(((row * Rays) + (i / Rays)) * camera.Width * Rays) + (column * Rays) + (i % Rays)];
                    double facing = (normal.X * rx) + (normal.Y * ry) + normal.Z, z = toPlane / facing;
                    (double px, double py, double pz) = ((rx * z) - pose.X, (ry * z) - pose.Y, z - pose.Z);
                    double across = ((right.X * px) + (right.Y * py) + (right.Z * pz)) * 1000, along = ((down.X * px) + (down.Y * py) + (down.Z * pz)) * 1000;
                    double tx = (originX + across) * TexelsPerMillimetre, ty = (originY + along) * TexelsPerMillimetre;
                    bool onPage = z > 0 && tx >= 0 && ty >= 0 && tx < pageWidth && ty < pageHeight;
                    sum += onPage ? page[((int)ty * pageWidth) + (int)tx] : 110;
                }
                int at = 3 * ((row * camera.Width) + column), grey = (sum / (Rays * Rays)) + noise.Next(-3, 4);
                pixels[at] = pixels[at + 1] = pixels[at + 2] = (byte)Math.Clamp(grey, 0, 255);
            }
        });
        var image = new Mat(camera.Height, camera.Width, MatType.CV_8UC3);
        System.Runtime.InteropServices.Marshal.Copy(pixels, 0, image.Data, pixels.Length);
        return image;
    }

    /// <summary>The pixel of a ray (x/z, y/z).</summary>
    public static (double X, double Y) Pixel(CameraIntrinsics c, double x, double y)
    {
        IReadOnlyList<double> k = c.Distortion;
        double r2 = (x * x) + (y * y);
        if (c.DistortionModel == "equidistant")
        {
            double r = Math.Sqrt(r2), theta = Math.Atan(r);
            double scale = r < 1e-12 ? 1 : Fisheye(theta, k) / r;
            return ((c.Fx * x * scale) + c.Cx, (c.Fy * y * scale) + c.Cy);
        }
        double radial = 1 + (r2 * (k[0] + (r2 * (k[1] + (r2 * k[4])))));
        double u = (x * radial) + (2 * k[2] * x * y) + (k[3] * (r2 + (2 * x * x)));
        double v = (y * radial) + (k[2] * (r2 + (2 * y * y))) + (2 * k[3] * x * y);
        return ((c.Fx * u) + c.Cx, (c.Fy * v) + c.Cy);
    }

    private static double Fisheye(double theta, IReadOnlyList<double> k)
    {
        double t2 = theta * theta;
        return theta * (1 + (t2 * (k[0] + (t2 * (k[1] + (t2 * (k[2] + (t2 * k[3]))))))));
    }

    private static (float X, float Y)[] AllRays(CameraIntrinsics camera)
    {
        var result = new (float, float)[camera.Width * camera.Height * Rays * Rays];
        Parallel.For(0, camera.Height * Rays, row =>
        {
            for (int column = 0; column < camera.Width * Rays; column++)
            {
                (double x, double y) = Ray(camera, ((column + 0.5) / Rays) - 0.5, ((row + 0.5) / Rays) - 0.5);
                result[(row * camera.Width * Rays) + column] = ((float)x, (float)y);
            }
        });
        return result;
    }

    /// <summary>The ray of a pixel, by halving (fisheye) or by steps that shrink.</summary>
    private static (double X, double Y) Ray(CameraIntrinsics c, double u, double v)
    {
        (double x0, double y0) = ((u - c.Cx) / c.Fx, (v - c.Cy) / c.Fy);
        if (c.DistortionModel == "equidistant")
        {
            double distorted = Math.Sqrt((x0 * x0) + (y0 * y0)), low = 0, high = 1.5;
            for (int i = 0; i < 30; i++)
            {
                double middle = (low + high) / 2;
                (low, high) = Fisheye(middle, c.Distortion) < distorted ? (middle, high) : (low, middle);
            }
            double scale = distorted < 1e-12 ? 1 : Math.Tan(low) / distorted;
            return (x0 * scale, y0 * scale);
        }
        (double x, double y) = (x0, y0);
        for (int i = 0; i < 20; i++)
        {
            (double px, double py) = Pixel(c, x, y);
            (double right, double down) = ((px - u) / c.Fx, (py - v) / c.Fy);
            (x, y) = (x - right, y - down);
            // Seven digits finer than the rays are kept.
            if (Math.Abs(right) + Math.Abs(down) < 1e-14)
            {
                break;
            }
        }
        return (x, y);
    }

    /// <summary>Where the board's middle is, metres, and how it is turned: radians about x, then y, then z.</summary>
    internal readonly record struct Pose(double AboutX, double AboutY, double AboutZ, double X, double Y, double Z)
    {
        public (double X, double Y, double Z) Turn(double x, double y, double z)
        {
            (double s, double c) = Math.SinCos(AboutX);
            (y, z) = ((c * y) - (s * z), (s * y) + (c * z));
            (s, c) = Math.SinCos(AboutY);
            (x, z) = ((c * x) + (s * z), (c * z) - (s * x));
            (s, c) = Math.SinCos(AboutZ);
            return ((c * x) - (s * y), (s * x) + (c * y), z);
        }

        public (double X, double Y, double Z) Place(double x, double y)
        {
            (double tx, double ty, double tz) = Turn(x, y, 0);
            return (tx + X, ty + Y, tz + Z);
        }
    }
}
