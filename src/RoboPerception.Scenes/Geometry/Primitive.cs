using System.Numerics;
using System.Runtime.InteropServices;

namespace RoboPerception.Scenes;

/// <summary>The convex solids that everything is made of.</summary>
internal enum PrimitiveShape
{
    /// <summary>Box of half extents <see cref="Primitive.Half"/>.</summary>
    Box,

    /// <summary>Box of outer half extents <see cref="Primitive.Half"/> whose edges are rounded with <see cref="Primitive.Radius"/>.</summary>
    RoundedBox,

    /// <summary>Ellipsoid of semi-axes <see cref="Primitive.Half"/>.</summary>
    Ellipsoid,

    /// <summary>
    /// Frustum of a cone along local z, |z| &lt;= Half.Z, capped: radius Half.X at the bottom, <see cref="Primitive.Radius"/> at the top.
    /// </summary>
    Frustum,
}

/// <summary>
/// One convex solid: a shape in a local frame, which material it shows, and which instance it belongs to. World frame: metres,
/// z up.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Primitive
{
    /// <summary>Axes of the local frame in the world.</summary>
    public Rotation Frame;

    /// <summary>Centre in the world, metres.</summary>
    public Vector3 Centre;

    /// <summary>Size, by <see cref="Shape"/>, metres.</summary>
    public Vector3 Half;

    /// <summary>Second size, by <see cref="Shape"/>, metres.</summary>
    public float Radius;

    /// <summary>Which solid.</summary>
    public PrimitiveShape Shape;

    /// <summary>Place in <see cref="Scene.Materials"/>.</summary>
    public int Material;

    /// <summary>Place in <see cref="Scene.Instances"/>.</summary>
    public int Instance;

    /// <summary>Differs between equal objects, so that their patterns differ.</summary>
    public uint Variation;

    /// <summary>Smallest axis-parallel box around the solid.</summary>
    public readonly BoundingBox Bounds()
    {
        Vector3 h = Shape == PrimitiveShape.Frustum ? new(MathF.Max(Half.X, Radius), MathF.Max(Half.X, Radius), Half.Z) : Half;
        Vector3 reach;
        if (Shape == PrimitiveShape.Ellipsoid)
        {
            Vector3 q = Frame.X * Frame.X * (h.X * h.X) + Frame.Y * Frame.Y * (h.Y * h.Y) + Frame.Z * Frame.Z * (h.Z * h.Z);
            reach = Vector3.SquareRoot(q);
        }
        else
        {
            reach = Vector3.Abs(Frame.X) * h.X + Vector3.Abs(Frame.Y) * h.Y + Vector3.Abs(Frame.Z) * h.Z;
        }
        // A hair wider: a hit computed in float may lie an ulp outside.
        reach += new Vector3(1e-5f);
        return new(Centre - reach, Centre + reach);
    }

    /// <summary>A world point in the local frame.</summary>
    public readonly Vector3 ToLocal(Vector3 world) => Frame.ToInner(world - Centre);

    /// <summary>Signed measure of a local point: negative inside, zero on the surface, positive outside (metres for boxes).</summary>
    public readonly float Measure(Vector3 p)
    {
        Vector3 a = Vector3.Abs(p);
        switch (Shape)
        {
            case PrimitiveShape.Box:
                Vector3 d = a - Half;
                return MathF.Max(d.X, MathF.Max(d.Y, d.Z));
            case PrimitiveShape.RoundedBox:
                Vector3 q = a - Half + new Vector3(Radius);
                return Vector3.Max(q, Vector3.Zero).Length() + MathF.Min(0, MathF.Max(q.X, MathF.Max(q.Y, q.Z))) - Radius;
            case PrimitiveShape.Ellipsoid:
                return (p / Half).Length() - 1;
            default:
                float wall = 0.5f * (Half.X + Radius) + (Radius - Half.X) / (2 * Half.Z) * p.Z;
                return MathF.Max(MathF.Sqrt(p.X * p.X + p.Y * p.Y) - wall, a.Z - Half.Z);
        }
    }

    /// <summary>Unit outward normal at a local point on the surface, in the local frame.</summary>
    public readonly Vector3 NormalAt(Vector3 p)
    {
        switch (Shape)
        {
            case PrimitiveShape.Box:
                Vector3 d = Vector3.Abs(p) - Half;
                if (d.X >= d.Y && d.X >= d.Z)
                {
                    return new(p.X < 0 ? -1 : 1, 0, 0);
                }
                return d.Y >= d.Z ? new(0, p.Y < 0 ? -1 : 1, 0) : new(0, 0, p.Z < 0 ? -1 : 1);
            case PrimitiveShape.RoundedBox:
                Vector3 core = Vector3.Max(Half - new Vector3(Radius), Vector3.Zero);
                Vector3 q = p - Vector3.Clamp(p, -core, core);
                return Vector3.Normalize(q);
            case PrimitiveShape.Ellipsoid:
                return Vector3.Normalize(p / (Half * Half));
            default:
                float slope = (Radius - Half.X) / (2 * Half.Z);
                float radius = MathF.Sqrt(p.X * p.X + p.Y * p.Y);
                float wall = 0.5f * (Half.X + Radius) + slope * p.Z;
                if (MathF.Abs(p.Z) - Half.Z >= radius - wall)
                {
                    return new(0, 0, p.Z < 0 ? -1 : 1);
                }
                return Vector3.Normalize(new Vector3(p.X / radius, p.Y / radius, -slope));
        }
    }
}
