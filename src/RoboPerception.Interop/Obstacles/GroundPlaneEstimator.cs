using System.Numerics;
using RoboPerception.Core;

namespace RoboPerception.Interop.Obstacles;

/// <summary>
/// Finds the floor in a frame: among pixels of the class floor (where there is none: those whose normals point up) the plane that most of
/// them lie in, by random samples of three, then by least squares over its inliers. The same frame gives the same plane.
/// </summary>
/// <param name="floorId">Class id of the floor, or null where the model has none.</param>
internal sealed class GroundPlaneEstimator(byte? floorId)
{
    private const int Stride = 4;
    private const int Trials = 64;
    private const int FewestPoints = 60;

    /// <summary>Metres a point may lie off the plane at one metre; the error of depth grows with distance.</summary>
    private const float ToleranceAtOneMetre = 0.03f;

    /// <summary>Cosine of the largest angle between the camera's y axis and the floor's normal: 50 degrees.</summary>
    private const float UprightCosine = 0.64f;

    private readonly List<Vector3> points = [];

    /// <summary>The floor in this frame, or null where too little of one is seen.</summary>
    public GroundPlane? Estimate(DenseFrame frame)
    {
        Collect(frame);
        if (points.Count < FewestPoints)
        {
            return null;
        }
        var random = new Random(points.Count);
        Plane best = default;
        int most = 0;
        for (int trial = 0; trial < Trials; trial++)
        {
            if (Plane.Through(points[random.Next(points.Count)], points[random.Next(points.Count)], points[random.Next(points.Count)]) is { } plane
                && plane.IsUpright
                && CountInliers(plane) is var inliers && inliers > most)
            {
                (best, most) = (plane, inliers);
            }
        }
        if (most < FewestPoints)
        {
            return null;
        }
        for (int round = 0; round < 2; round++)
        {
            if (Plane.Through(points.Where(best.Holds)) is { } refined && refined.IsUpright)
            {
                best = refined;
            }
        }
        float confidence = (float)CountInliers(best) / points.Count;
        return best.ToGround(confidence);
    }

    private void Collect(DenseFrame frame)
    {
        points.Clear();
        CameraIntrinsics camera = frame.Camera;
        int pixels = camera.Width * camera.Height;
        for (int v = Stride / 2; v < camera.Height; v += Stride)
        {
            for (int u = Stride / 2; u < camera.Width; u += Stride)
            {
                int i = (v * camera.Width) + u;
                float z = frame.Depth[i];
                if (!(z > 0) || !float.IsFinite(z))
                {
                    continue;
                }
                bool floor = floorId is { } id && !frame.Classes.IsEmpty
                    ? frame.Classes[i] == id
                    : v > camera.Cy && !frame.Normals.IsEmpty && frame.Normals[pixels + i] < -0.85f;
                if (floor)
                {
                    points.Add(new Vector3((float)((u - camera.Cx) / camera.Fx) * z, (float)((v - camera.Cy) / camera.Fy) * z, z));
                }
            }
        }
    }

    private int CountInliers(Plane plane)
    {
        int count = 0;
        foreach (Vector3 point in points)
        {
            count += plane.Holds(point) ? 1 : 0;
        }
        return count;
    }

    /// <summary>y = a x + b z + c in the optical frame: a floor is never seen edge-on from the side, so this form loses nothing.</summary>
    private readonly record struct Plane(float A, float B, float C)
    {
        private float Length => MathF.Sqrt((A * A) + 1 + (B * B));

        /// <summary>Below the camera and no wall.</summary>
        public bool IsUpright => C > 0 && 1 / Length > UprightCosine;

        public bool Holds(Vector3 point) => MathF.Abs(point.Y - (A * point.X) - (B * point.Z) - C) / Length < ToleranceAtOneMetre * MathF.Max(1, point.Z);

        public GroundPlane ToGround(float confidence) => new(new Vector3(A, -1, B) / Length, C / Length, confidence);

        public static Plane? Through(Vector3 p, Vector3 q, Vector3 r)
        {
            Vector3 normal = Vector3.Cross(q - p, r - p);
            if (MathF.Abs(normal.Y) < 1e-6f)
            {
                return null;
            }
            float a = -normal.X / normal.Y;
            float b = -normal.Z / normal.Y;
            return new Plane(a, b, p.Y - (a * p.X) - (b * p.Z));
        }

        /// <summary>Least squares, weighted by 1/z: the error of depth grows with distance.</summary>
        public static Plane? Through(IEnumerable<Vector3> points)
        {
            double xx = 0, xz = 0, x1 = 0, zz = 0, z1 = 0, n = 0, xy = 0, zy = 0, y1 = 0;
            foreach (Vector3 p in points)
            {
                double w = 1 / (double)(p.Z * p.Z);
                xx += w * p.X * p.X;
                xz += w * p.X * p.Z;
                x1 += w * p.X;
                zz += w * p.Z * p.Z;
                z1 += w * p.Z;
                n += w;
                xy += w * p.X * p.Y;
                zy += w * p.Z * p.Y;
                y1 += w * p.Y;
            }
            // Cramer's rule on the symmetric 3x3 system.
            double c00 = (zz * n) - (z1 * z1), c01 = (x1 * z1) - (xz * n), c02 = (xz * z1) - (x1 * zz);
            double determinant = (xx * c00) + (xz * c01) + (x1 * c02);
            if (Math.Abs(determinant) < 1e-9)
            {
                return null;
            }
            double c11 = (xx * n) - (x1 * x1), c12 = (x1 * xz) - (xx * z1), c22 = (xx * zz) - (xz * xz);
            return new Plane(
                (float)(((c00 * xy) + (c01 * zy) + (c02 * y1)) / determinant),
                (float)(((c01 * xy) + (c11 * zy) + (c12 * y1)) / determinant),
                (float)(((c02 * xy) + (c12 * zy) + (c22 * y1)) / determinant));
        }
    }
}
