using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace RoboPerception.Scenes;

/// <content>Entry distances of eight rays into one solid, computed in the solid's frame; -1 where a ray misses.</content>
internal static partial class PacketTracer
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Intersect(ref Primitive primitive, in Vec3x8 origin, in Vec3x8 direction)
    {
        var offset = origin - new Vec3x8(primitive.Centre);
        var o = new Vec3x8(Vec3x8.Dot(primitive.Frame.X, offset), Vec3x8.Dot(primitive.Frame.Y, offset), Vec3x8.Dot(primitive.Frame.Z, offset));
        var d = new Vec3x8(Vec3x8.Dot(primitive.Frame.X, direction), Vec3x8.Dot(primitive.Frame.Y, direction), Vec3x8.Dot(primitive.Frame.Z, direction));
        if (primitive.Shape == PrimitiveShape.Box)
        {
            var slab = Slab(ref primitive, o, d, out var leave);
            return Vector256.ConditionalSelect(Vector256.LessThanOrEqual(slab, leave), slab, Vector256.Create(-1f));
        }
        return primitive.Shape switch
        {
            PrimitiveShape.RoundedBox => RoundedBox(ref primitive, o, d),
            PrimitiveShape.Ellipsoid => Ellipsoid(ref primitive, o, d),
            _ => Frustum(ref primitive, o, d),
        };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Slab(ref Primitive primitive, in Vec3x8 o, in Vec3x8 d, out Vector256<float> leave)
    {
        Vec3x8 inverse = SafeInverse(d);
        var hx = Vector256.CopySign(Vector256.Create(primitive.Half.X), d.X);
        var hy = Vector256.CopySign(Vector256.Create(primitive.Half.Y), d.Y);
        var hz = Vector256.CopySign(Vector256.Create(primitive.Half.Z), d.Z);
        // (-h - o) / d rather than a fused product: the difference is exact near the face, and so is the distance.
        var enter = Vector256.MaxNative(Vector256.MaxNative((-hx - o.X) * inverse.X, (-hy - o.Y) * inverse.Y), (-hz - o.Z) * inverse.Z);
        leave = Vector256.MinNative(Vector256.MinNative((hx - o.X) * inverse.X, (hy - o.Y) * inverse.Y), (hz - o.Z) * inverse.Z);
        return enter;
    }

    /// <summary>
    /// Newton's method on the distance to the rounded box. That distance is convex along a ray, so from outside the steps
    /// approach the entry from one side only, converge quadratically, and a slope that turns positive proves a miss.
    /// </summary>
    private static Vector256<float> RoundedBox(ref Primitive primitive, in Vec3x8 o, in Vec3x8 d)
    {
        var t = Slab(ref primitive, o, d, out var leave);
        var alive = Vector256.LessThanOrEqual(t, leave) & Vector256.GreaterThan(t, Vector256<float>.Zero);
        if (alive.ExtractMostSignificantBits() == 0)
        {
            return Vector256.Create(-1f);
        }
        float radius = primitive.Radius;
        var r = Vector256.Create(radius);
        var cx = Vector256.Create(MathF.Max(primitive.Half.X - radius, 0));
        var cy = Vector256.Create(MathF.Max(primitive.Half.Y - radius, 0));
        var cz = Vector256.Create(MathF.Max(primitive.Half.Z - radius, 0));
        for (int step = 0; step < 10; step++)
        {
            var p = o.Along(d, t);
            var q = new Vec3x8(
                p.X - Vector256.MinNative(Vector256.MaxNative(p.X, -cx), cx),
                p.Y - Vector256.MinNative(Vector256.MaxNative(p.Y, -cy), cy),
                p.Z - Vector256.MinNative(Vector256.MaxNative(p.Z, -cz), cz));
            var length = Vector256.Sqrt(Vec3x8.Dot(q, q));
            var outside = length - r;
            var slope = Vec3x8.Dot(q, d) / Vector256.MaxNative(length, Vector256.Create(1e-12f));
            alive &= Vector256.LessThan(slope, Vector256<float>.Zero) | Vector256.LessThanOrEqual(outside, Vector256.Create(1e-6f));
            var open = alive & Vector256.GreaterThan(outside, Vector256.Create(2e-7f)) & Vector256.LessThan(slope, Vector256<float>.Zero);
            if (open.ExtractMostSignificantBits() == 0)
            {
                break;
            }
            t = Vector256.ConditionalSelect(open, t - outside / slope, t);
            alive &= Vector256.LessThanOrEqual(t, leave);
        }
        return Vector256.ConditionalSelect(alive, t, Vector256.Create(-1f));
    }

    private static Vector256<float> Ellipsoid(ref Primitive primitive, in Vec3x8 origin, in Vec3x8 direction)
    {
        var sx = Vector256.Create(1 / primitive.Half.X);
        var sy = Vector256.Create(1 / primitive.Half.Y);
        var sz = Vector256.Create(1 / primitive.Half.Z);
        var o = new Vec3x8(origin.X * sx, origin.Y * sy, origin.Z * sz);
        var d = new Vec3x8(direction.X * sx, direction.Y * sy, direction.Z * sz);
        var dd = Vec3x8.Dot(d, d);
        // From the nearest point to the centre the discriminant keeps its digits, however far away the eye is.
        var nearest = -Vec3x8.Dot(o, d) / dd;
        var p = o.Along(d, nearest);
        var gap = Vector256<float>.One - Vec3x8.Dot(p, p);
        var t = nearest - Vector256.Sqrt(Vector256.MaxNative(gap, Vector256<float>.Zero) / dd);
        return Vector256.ConditionalSelect(Vector256.GreaterThan(gap, Vector256<float>.Zero), t, Vector256.Create(-1f));
    }

    private static Vector256<float> Frustum(ref Primitive primitive, in Vec3x8 origin, in Vec3x8 d)
    {
        var zero = Vector256<float>.Zero;
        float meanRadius = 0.5f * (primitive.Half.X + primitive.Radius);
        var a = Vector256.Create(meanRadius);
        var b = Vector256.Create((primitive.Radius - primitive.Half.X) / (2 * primitive.Half.Z));
        var height = Vector256.Create(primitive.Half.Z);
        // Start from the point nearest to the centre, for the same reason as the ellipsoid.
        var nearest = -Vec3x8.Dot(origin, d) / Vec3x8.Dot(d, d);
        var o = origin.Along(d, nearest);
        var wall = Vector256.FusedMultiplyAdd(b, o.Z, a);
        var bdz = b * d.Z;
        var qa = Vector256.FusedMultiplyAdd(d.X, d.X, d.Y * d.Y) - bdz * bdz;
        var qb = Vector256.FusedMultiplyAdd(o.X, d.X, o.Y * d.Y) - bdz * wall;
        var qc = Vector256.FusedMultiplyAdd(o.X, o.X, o.Y * o.Y) - wall * wall;
        var discriminant = qb * qb - qa * qc;
        var root = Vector256.Sqrt(Vector256.MaxNative(discriminant, zero));
        // The entry is the root (-qb - root) / qa; of its two equal forms the one without cancellation is used.
        var positive = Vector256.GreaterThan(qb, zero);
        var side = Vector256.ConditionalSelect(positive, -qb - root, qc) / Vector256.ConditionalSelect(positive, qa, root - qb);
        var z = Vector256.FusedMultiplyAdd(d.Z, side, o.Z);
        var sideHit = Vector256.GreaterThan(discriminant, zero) & Vector256.LessThanOrEqual(Vector256.Abs(z), height)
            & Vector256.GreaterThanOrEqual(Vector256.FusedMultiplyAdd(b, z, a), zero);
        var capZ = -Vector256.CopySign(height, d.Z);
        var cap = (capZ - o.Z) * SafeInverse(d.Z);
        var px = Vector256.FusedMultiplyAdd(d.X, cap, o.X);
        var py = Vector256.FusedMultiplyAdd(d.Y, cap, o.Y);
        var capRadius = Vector256.FusedMultiplyAdd(b, capZ, a);
        var capHit = Vector256.LessThanOrEqual(Vector256.FusedMultiplyAdd(px, px, py * py), capRadius * capRadius);
        var t = Vector256.ConditionalSelect(capHit, cap, Vector256.ConditionalSelect(sideHit, side, Vector256.Create(float.NegativeInfinity)));
        return t + nearest;
    }
}
