using System.Numerics;

namespace RoboPerception.Interop.Obstacles;

/// <summary>y = a x + b z + c in the optical frame: a floor is never seen edge-on from the side, so this form loses nothing.</summary>
internal readonly record struct FloorPlane(float A, float B, float C)
{
    /// <summary>Cosine of the angle between the camera's y axis and the plane's normal.</summary>
    public float UpCosine { get; } = 1 / MathF.Sqrt((A * A) + 1 + (B * B));

    /// <summary>Below the camera.</summary>
    public bool IsUpright => C > 0;

    /// <summary>The plane of a known floor; one that stands on edge is not upright.</summary>
    public static FloorPlane Of(GroundPlane ground) =>
        ground.Up.Y > -0.1f ? default : new(-ground.Up.X / ground.Up.Y, -ground.Up.Z / ground.Up.Y, -ground.Height / ground.Up.Y);

    /// <summary>The plane through three points, or null where they lie in a line or in an upright plane.</summary>
    public static FloorPlane? Through(Vector3 p, Vector3 q, Vector3 r)
    {
        Vector3 normal = Vector3.Cross(q - p, r - p);
        if (MathF.Abs(normal.Y) < 1e-6f)
        {
            return null;
        }
        float a = -normal.X / normal.Y;
        float b = -normal.Z / normal.Y;
        return new FloorPlane(a, b, p.Y - (a * p.X) - (b * p.Z));
    }

    /// <summary>As seen from the camera.</summary>
    public GroundPlane ToGround(float confidence) => new(new Vector3(A, -1, B) * UpCosine, C * UpCosine, confidence);

    /// <summary>Points that lie in it.</summary>
    /// <param name="points">In the optical frame.</param>
    /// <param name="toleranceAtOneMetre">Metres.</param>
    public int CountInliers(ReadOnlySpan<Vector3> points, float toleranceAtOneMetre)
    {
        float tolerance = toleranceAtOneMetre / UpCosine;
        int count = 0;
        foreach (Vector3 p in points)
        {
            count += Holds(p, tolerance) ? 1 : 0;
        }
        return count;
    }

    /// <summary>Least squares over the points that lie in it, weighted by 1/z²: the error of depth grows with distance. Null where they do not span a plane.</summary>
    public FloorPlane? Refined(ReadOnlySpan<Vector3> points, float toleranceAtOneMetre)
    {
        float tolerance = toleranceAtOneMetre / UpCosine;
        double xx = 0, xz = 0, x1 = 0, zz = 0, z1 = 0, n = 0, xy = 0, zy = 0, y1 = 0;
        foreach (Vector3 p in points)
        {
            if (!Holds(p, tolerance))
            {
                continue;
            }
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
        return new FloorPlane(
            (float)(((c00 * xy) + (c01 * zy) + (c02 * y1)) / determinant),
            (float)(((c01 * xy) + (c11 * zy) + (c12 * y1)) / determinant),
            (float)(((c02 * xy) + (c12 * zy) + (c22 * y1)) / determinant));
    }

    private bool Holds(Vector3 p, float tolerance) => MathF.Abs(p.Y - (A * p.X) - (B * p.Z) - C) < tolerance * MathF.Max(1, p.Z);
}
