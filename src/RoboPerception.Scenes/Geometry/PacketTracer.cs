using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace RoboPerception.Scenes;

/// <summary>Traces eight rays at once through the hierarchy. Only entries into solids count as hits, so no ray hits what it leaves.</summary>
internal static partial class PacketTracer
{
    private const float MinimumDistance = 1e-4f;

    /// <summary>
    /// Nearest entry per lane. <paramref name="limit"/> is the farthest distance per lane in units of the direction's length
    /// (negative: the lane is off) and becomes the hit distance; the result is the solid's place or -1.
    /// </summary>
    public static Vector256<int> Closest(Bvh bvh, in Vec3x8 origin, in Vec3x8 direction, ref Vector256<float> limit)
    {
        Vec3x8 inverse = SafeInverse(direction);
        var shift = new Vec3x8(-origin.X * inverse.X, -origin.Y * inverse.Y, -origin.Z * inverse.Z);
        int signs = (inverse.X[0] < 0 ? 1 : 0) | (inverse.Y[0] < 0 ? 2 : 0) | (inverse.Z[0] < 0 ? 4 : 0);
        var hit = Vector256.Create(-1);
        ref Bvh.Node nodes = ref MemoryMarshal.GetArrayDataReference(bvh.Nodes);
        ref Primitive primitives = ref MemoryMarshal.GetArrayDataReference(bvh.Primitives);
        Span<int> stack = stackalloc int[128];
        ref int slot = ref MemoryMarshal.GetReference(stack);
        slot = 0;
        int top = 1;
        var t = limit;
        while (top > 0)
        {
            ref Bvh.Node node = ref Unsafe.Add(ref nodes, Unsafe.Add(ref slot, --top));
            if (!AnyEnters(ref node, inverse, shift, t))
            {
                continue;
            }
            if (node.Count == 0)
            {
                int near = (signs >> node.Axis) & 1;
                Unsafe.Add(ref slot, top) = node.First + 1 - near;
                Unsafe.Add(ref slot, top + 1) = node.First + near;
                top += 2;
                continue;
            }
            int end = node.First + node.Count;
            for (int i = node.First; i < end; i++)
            {
                var distance = Intersect(ref Unsafe.Add(ref primitives, i), origin, direction);
                var closer = Vector256.GreaterThan(distance, Vector256.Create(MinimumDistance)) & Vector256.LessThan(distance, t);
                t = Vector256.ConditionalSelect(closer, distance, t);
                hit = Vector256.ConditionalSelect(closer.AsInt32(), Vector256.Create(i), hit);
            }
        }
        limit = t;
        return hit;
    }

    /// <summary>All bits set in the lanes whose way up to <paramref name="limit"/> is blocked.</summary>
    public static Vector256<float> Occluded(Bvh bvh, in Vec3x8 origin, in Vec3x8 direction, Vector256<float> limit)
    {
        Vec3x8 inverse = SafeInverse(direction);
        var shift = new Vec3x8(-origin.X * inverse.X, -origin.Y * inverse.Y, -origin.Z * inverse.Z);
        int signs = (inverse.X[0] < 0 ? 1 : 0) | (inverse.Y[0] < 0 ? 2 : 0) | (inverse.Z[0] < 0 ? 4 : 0);
        ref Bvh.Node nodes = ref MemoryMarshal.GetArrayDataReference(bvh.Nodes);
        ref Primitive primitives = ref MemoryMarshal.GetArrayDataReference(bvh.Primitives);
        Span<int> stack = stackalloc int[128];
        ref int slot = ref MemoryMarshal.GetReference(stack);
        slot = 0;
        int top = 1;
        var t = limit;
        var blocked = Vector256<float>.Zero;
        while (top > 0)
        {
            ref Bvh.Node node = ref Unsafe.Add(ref nodes, Unsafe.Add(ref slot, --top));
            if (!AnyEnters(ref node, inverse, shift, t))
            {
                continue;
            }
            if (node.Count == 0)
            {
                int near = (signs >> node.Axis) & 1;
                Unsafe.Add(ref slot, top) = node.First + 1 - near;
                Unsafe.Add(ref slot, top + 1) = node.First + near;
                top += 2;
                continue;
            }
            int end = node.First + node.Count;
            for (int i = node.First; i < end; i++)
            {
                var distance = Intersect(ref Unsafe.Add(ref primitives, i), origin, direction);
                var closer = Vector256.GreaterThan(distance, Vector256.Create(MinimumDistance)) & Vector256.LessThan(distance, t);
                blocked |= closer;
                t = Vector256.ConditionalSelect(closer, Vector256.Create(-1f), t);
            }
            if (Vector256.LessThan(t, Vector256<float>.Zero).ExtractMostSignificantBits() == 0xFF)
            {
                return blocked;
            }
        }
        return blocked;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool AnyEnters(ref Bvh.Node node, in Vec3x8 inverse, in Vec3x8 shift, Vector256<float> limit)
    {
        var x0 = Vector256.FusedMultiplyAdd(Vector256.Create(node.Low.X), inverse.X, shift.X);
        var x1 = Vector256.FusedMultiplyAdd(Vector256.Create(node.High.X), inverse.X, shift.X);
        var y0 = Vector256.FusedMultiplyAdd(Vector256.Create(node.Low.Y), inverse.Y, shift.Y);
        var y1 = Vector256.FusedMultiplyAdd(Vector256.Create(node.High.Y), inverse.Y, shift.Y);
        var z0 = Vector256.FusedMultiplyAdd(Vector256.Create(node.Low.Z), inverse.Z, shift.Z);
        var z1 = Vector256.FusedMultiplyAdd(Vector256.Create(node.High.Z), inverse.Z, shift.Z);
        var enter = Vector256.MaxNative(Vector256.MaxNative(Vector256.MinNative(x0, x1), Vector256.MinNative(y0, y1)), Vector256.MinNative(z0, z1));
        var leave = Vector256.MinNative(Vector256.MinNative(Vector256.MaxNative(x0, x1), Vector256.MaxNative(y0, y1)), Vector256.MaxNative(z0, z1));
        // The far side is widened by more than the rounding of three products, so that no grazing ray is lost.
        var wide = leave * Vector256.Create(1.000002f);
        var inside = Vector256.LessThanOrEqual(enter, wide) & Vector256.LessThan(enter, limit) & Vector256.GreaterThan(leave, Vector256<float>.Zero);
        return inside.ExtractMostSignificantBits() != 0;
    }

    /// <summary>1/d with directions of almost zero moved to 1e-9, where products stay finite.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vec3x8 SafeInverse(in Vec3x8 d) => new(SafeInverse(d.X), SafeInverse(d.Y), SafeInverse(d.Z));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> SafeInverse(Vector256<float> d)
    {
        var tiny = Vector256.LessThan(Vector256.Abs(d), Vector256.Create(1e-9f));
        return Vector256<float>.One / Vector256.ConditionalSelect(tiny, Vector256.CopySign(Vector256.Create(1e-9f), d), d);
    }
}
