using System.Numerics;
using RoboPerception.Scenes;

namespace RoboPerception.Scenes.Tests;

/// <summary>
/// Nearest entry of one ray, solid by solid in double precision, by other formulas than the renderer's: slabs for boxes,
/// quadratics for round solids, bisection for rounded boxes.
/// </summary>
internal static class ReferenceTracer
{
    public static (int Index, double Distance) Closest(IReadOnlyList<Primitive> solids, Vector3 origin, Vector3 direction)
    {
        (int, double) best = (-1, double.MaxValue);
        for (int i = 0; i < solids.Count; i++)
        {
            double t = Entry(solids[i], origin, direction);
            if (t > 1e-4 && t < best.Item2)
            {
                best = (i, t);
            }
        }
        return best;
    }

    private static double Entry(in Primitive s, Vector3 origin, Vector3 direction)
    {
        (double x, double y, double z) o = Local(s, origin - s.Centre), d = Local(s, direction);
        double hx = s.Half.X, hy = s.Half.Y, hz = s.Half.Z, r = s.Radius;
        switch (s.Shape)
        {
            case PrimitiveShape.Box:
                return Slab(o, d, hx, hy, hz).Enter;
            case PrimitiveShape.Ellipsoid:
                return Quadratic(
                    Sq(d.x / hx) + Sq(d.y / hy) + Sq(d.z / hz), o.x * d.x / (hx * hx) + o.y * d.y / (hy * hy) + o.z * d.z / (hz * hz),
                    Sq(o.x / hx) + Sq(o.y / hy) + Sq(o.z / hz) - 1);
            case PrimitiveShape.Frustum:
                double b = (r - hx) / (2 * hz), a = (r + hx) / 2;
                double best = -1;
                double disc = Sq(o.x * d.x + o.y * d.y - b * d.z * (a + b * o.z)) - (Sq(d.x) + Sq(d.y) - Sq(b * d.z)) * (Sq(o.x) + Sq(o.y) - Sq(a + b * o.z));
                if (disc > 0)
                {
                    double qa = Sq(d.x) + Sq(d.y) - Sq(b * d.z), qb = o.x * d.x + o.y * d.y - b * d.z * (a + b * o.z);
                    double t = (-qb - Math.Sqrt(disc)) / qa, z = o.z + t * d.z;
                    best = Math.Abs(z) <= hz && a + b * z >= 0 ? t : best;
                }
                double cap = (-Math.CopySign(hz, d.z) - o.z) / d.z;
                double radius = a + b * -Math.CopySign(hz, d.z);
                return Sq(o.x + cap * d.x) + Sq(o.y + cap * d.y) <= radius * radius ? cap : best;
            default:
                var (enter, leave) = Slab(o, d, hx, hy, hz);
                if (enter < 0)
                {
                    return -1;
                }
                // The distance is convex along the ray: its minimum by thirds, then the root before it by halves.
                double low = enter, high = leave;
                for (int i = 0; i < 200; i++)
                {
                    double u = low + (high - low) / 3, v = high - (high - low) / 3;
                    if (F(u) < F(v))
                    {
                        high = v;
                    }
                    else
                    {
                        low = u;
                    }
                }
                if (F(low) > 0)
                {
                    return -1;
                }
                (low, high) = (enter, low);
                for (int i = 0; i < 100; i++)
                {
                    double m = (low + high) / 2;
                    (low, high) = F(m) > 0 ? (m, high) : (low, m);
                }
                return low;
        }

        double F(double t)
        {
            double Out(double p, double h) => Math.Max(0, Math.Abs(p) - (h - r));
            return Math.Sqrt(Sq(Out(o.x + t * d.x, hx)) + Sq(Out(o.y + t * d.y, hy)) + Sq(Out(o.z + t * d.z, hz))) - r;
        }
    }

    private static (double, double, double) Local(in Primitive s, Vector3 v) => (Dot(s.Frame.X, v), Dot(s.Frame.Y, v), Dot(s.Frame.Z, v));

    private static double Dot(Vector3 a, Vector3 b) => (double)a.X * b.X + (double)a.Y * b.Y + (double)a.Z * b.Z;

    private static double Sq(double x) => x * x;

    private static double Quadratic(double a, double b, double c)
    {
        double disc = b * b - a * c;
        return disc <= 0 ? -1 : (-b - Math.Sqrt(disc)) / a;
    }

    private static (double Enter, double Leave) Slab((double x, double y, double z) o, (double x, double y, double z) d, double hx, double hy, double hz)
    {
        double enter = double.MinValue, leave = double.MaxValue;
        foreach (var (p, v, h) in new[] { (o.x, d.x, hx), (o.y, d.y, hy), (o.z, d.z, hz) })
        {
            double a = (-h - p) / v, b = (h - p) / v;
            enter = Math.Max(enter, Math.Min(a, b));
            leave = Math.Min(leave, Math.Max(a, b));
        }
        return enter <= leave ? (enter, leave) : (-1, -1);
    }
}
